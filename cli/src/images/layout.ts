import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import {
  type Digest,
  digestHex,
  formatDigest,
  MEDIA_TYPES,
  ociIndex,
  type OciDescriptor,
  type OciIndex,
} from '@covenant/schema/image'
import { CliError } from '../errors.ts'

/** Which repository a manifest of the layout's index belongs to; each may have many. */
export const REPOSITORY_ANNOTATION = 'covenant.repository'

/** An OCI image layout (image-spec 1.1): a folder of blobs by digest, and an index of the images in it. */
export function blobPath(layout: string, digest: Digest): string {
  return join(layout, 'blobs', 'sha256', digestHex(digest))
}

/** The images of a layout; a folder without an index has none. Throws when the index cannot be read. */
export async function readIndex(layout: string): Promise<OciIndex> {
  const file = join(layout, 'index.json')
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return { schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests: [] }
  }
  const parsed = ociIndex.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new CliError(
    `${file} is not the index of an OCI image layout: move the folder away, or give another`,
  )
}

/** Makes the folders of a layout. What a crashed packer left unfinished is removed. */
export async function prepareLayout(layout: string): Promise<void> {
  const unfinished = join(layout, UNFINISHED)
  await mkdir(join(layout, 'blobs', 'sha256'), { recursive: true })
  await mkdir(unfinished, { recursive: true })
  for (const name of await readdir(unfinished)) {
    if (!isAlive(Number(name.split('-')[0]))) await rm(join(unfinished, name), { force: true })
  }
}

/** A file of this process alone, in the layout's own file system, to be renamed once it is whole. */
export function unfinishedFile(layout: string): string {
  return join(layout, UNFINISHED, `${process.pid}-${randomUUID()}`)
}

/** Writes bytes as a blob; a blob is there whole or not at all. */
export async function writeBlob(layout: string, bytes: Buffer): Promise<OciBlob> {
  const digest = formatDigest(createHash('sha256').update(bytes).digest('hex'))
  await replaceFile(layout, blobPath(layout, digest), bytes)
  return { digest, size: bytes.length }
}

/** Files go here until they are renamed; each name begins with its writer's process id. */
const UNFINISHED = 'unfinished'

export type OciBlob = { digest: Digest; size: number }

/** Adds a manifest to the index under a repository; what else is in the index stays. */
export async function addToIndex(
  layout: string,
  repository: string,
  manifest: OciBlob,
): Promise<void> {
  await withLock(layout, async () => {
    const index = await readIndex(layout)
    const entry: OciDescriptor = {
      mediaType: MEDIA_TYPES.manifest,
      ...manifest,
      annotations: { [REPOSITORY_ANNOTATION]: repository },
    }
    const others = index.manifests.filter(
      ({ digest, annotations }) =>
        digest !== entry.digest || annotations?.[REPOSITORY_ANNOTATION] !== repository,
    )
    const next: OciIndex = { ...index, manifests: [...others, entry] }
    await replaceFile(layout, join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
    await replaceFile(layout, join(layout, 'index.json'), `${JSON.stringify(next, undefined, 2)}\n`)
  })
}

/** The image of this digest in the repository; undefined when it is not there. */
export function findImage(
  index: OciIndex,
  repository: string,
  digest: Digest,
): OciDescriptor | undefined {
  return index.manifests.find(
    (entry) => entry.digest === digest && entry.annotations?.[REPOSITORY_ANNOTATION] === repository,
  )
}

/** The image of the repository that was packed last. */
export function findLatest({ manifests }: OciIndex, repository: string): OciDescriptor | undefined {
  return manifests.findLast(
    ({ annotations }) => annotations?.[REPOSITORY_ANNOTATION] === repository,
  )
}

async function replaceFile(layout: string, target: string, bytes: Buffer | string): Promise<void> {
  const unfinished = unfinishedFile(layout)
  await writeFile(unfinished, bytes, { flush: true })
  await rename(unfinished, target)
}

/** How long a packer waits for the others, far longer than any of them holds the index. */
const LOCK_ATTEMPTS = 1_500
const LOCK_PAUSE_MS = 20

/**
 * Two packers at once take turns: each reads the index that the other wrote. The lock is a Linux
 * socket name, which the kernel frees with its process, so a crash leaves none behind.
 */
async function withLock(layout: string, work: () => Promise<void>): Promise<void> {
  const name = createHash('sha256').update(await realpath(layout))
  const lock = createServer()
  const path = `\0covenant-layout-${name.digest('hex')}`
  for (let attempt = 1; !(await listens(lock, path)); attempt += 1) {
    if (attempt === LOCK_ATTEMPTS) throw new CliError(`another process keeps ${layout} busy`)
    await setTimeout(LOCK_PAUSE_MS)
  }
  try {
    await work()
  } finally {
    lock.close()
  }
}

async function listens(server: Server, path: string): Promise<boolean> {
  try {
    server.listen({ path })
    await once(server, 'listening')
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
