/** Folders of a service that outlive its program: what a body says of them. */
import { z } from 'zod'
import { MAX_RESOURCE } from './resources.ts'

/** Of one body. */
export const MAX_VOLUMES = 16
/** The least that a file system with a journal of its own makes sense in, in MiB. */
const MIN_MIB = 16
const MAX_PATH_BYTES = 1024

/** What the sandbox itself mounts. */
const TAKEN = ['/dev', '/proc', '/tmp']

const size = z
  .int()
  .min(MIN_MIB, `less than ${MIN_MIB} MiB, which is no room for a file system`)
  .max(MAX_RESOURCE, `more than the chain can count (${MAX_RESOURCE})`)
  .describe('MiB')

export const volume = z.strictObject({
  size,
  /** Whether it waits on the node for the owner's next contract of this deployment, once this one is closed. */
  keepOnDelete: z.boolean(),
})
export type Volume = z.infer<typeof volume>

/** As a person writes it: what has a default may be left out. */
export const volumeInput = volume.extend({ keepOnDelete: volume.shape.keepOnDelete.default(false) })

const mountPath = z
  .string()
  .regex(
    /^(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+$/,
    'not a path of a folder: absolute, without "." and "..", as in /var/lib/data',
  )
  .refine(
    (path) => Buffer.byteLength(path) <= MAX_PATH_BYTES,
    `longer than ${MAX_PATH_BYTES} bytes`,
  )
  .refine(
    (path) => !TAKEN.some((taken) => isWithin(path, taken)),
    `${TAKEN.join(', ')} are the sandbox's own: choose another, as in /var/lib/data`,
  )

export const volumeMount = z.strictObject({ name: z.string(), mountPath })
export type VolumeMount = z.infer<typeof volumeMount>

/** Whether `path` is `folder` or lies in it. */
function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

type Services = Readonly<Record<string, { volumes?: readonly VolumeMount[] | undefined }>>
type Problem = { path: (string | number)[]; message: string }

/**
 * What is wrong between volumes and their mounts. Each volume is mounted once: its file system cannot
 * be in two places, and nothing is held that nobody uses.
 */
export function volumeProblems(
  volumes: Readonly<Record<string, unknown>>,
  services: Services,
): Problem[] {
  const mounts = Object.entries(services).flatMap(([service, { volumes: list = [] }]) =>
    list.map((mount, index) => ({ ...mount, service, index })),
  )
  const problems: Problem[] = []
  const say = ({ service, index }: (typeof mounts)[number], key: string, message: string) =>
    problems.push({ path: ['services', service, 'volumes', index, key], message })
  for (const [at, mount] of mounts.entries()) {
    const before = mounts.slice(0, at)
    const other = before.find(({ name }) => name === mount.name)
    if (!Object.hasOwn(volumes, mount.name)) {
      say(mount, 'name', `no volume has this name: say its size under volumes.${mount.name}`)
    } else if (other) {
      say(mount, 'name', `it is mounted in ${other.service} already: a volume is mounted once`)
    }
    const overlap = before.find(
      ({ service, mountPath: path }) =>
        service === mount.service &&
        (isWithin(path, mount.mountPath) || isWithin(mount.mountPath, path)),
    )
    if (overlap) say(mount, 'mountPath', `it overlaps ${overlap.mountPath}`)
  }
  for (const name of Object.keys(volumes)) {
    if (mounts.some((mount) => mount.name === name)) continue
    problems.push({ path: ['volumes', name], message: 'no service mounts it' })
  }
  return problems
}
