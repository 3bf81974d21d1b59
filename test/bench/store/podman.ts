import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { serveImages, type BuiltImage } from '@covenant/node-agent/images/images.fixture'
import { MEDIA_TYPES } from '@covenant/schema/image'
import { findOnPath } from '@covenant/service/sandbox-probe'
import { median } from '../measure.ts'
import type { Bench } from '../run.ts'

const LAUNCHES = 3

/** The same two images by podman with crun, from the same registry, where it is here and this is root. */
export async function benchPodman(
  folder: string,
  images: readonly [BuiltImage, BuiltImage],
  say: (line: string) => void,
): Promise<Bench['figures']> {
  const path = process.env['PATH'] ?? ''
  const isHere = ['podman', 'crun'].every((program) => findOnPath(program, path) !== undefined)
  if (!isHere || process.getuid?.() !== 0) return []
  const blobs = new Map(images.flatMap((image) => [...image.blobs]))
  const registry = await serveImages(blobs, (request, response) => {
    if (request.url === '/v2/') response.end('{}')
    // podman takes a manifest for one of the first version unless it is told.
    else if (request.url?.includes('/manifests/'))
      response.setHeader('content-type', MEDIA_TYPES.manifest)
    return response.writableEnded
  })
  const storage = join(folder, 'podman')
  const podman = (...args: string[]) => {
    const where = ['--root', storage, '--runroot', join(folder, 'podman-run')]
    const how = ['--storage-driver', 'overlay', '--cgroup-manager', 'cgroupfs', '--runtime', 'crun']
    // crun does not run where control groups of both versions are mounted: the newer one is hidden.
    const hidden = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"'
    return run('unshare', ['-m', 'sh', '-c', hidden, 'sh', 'podman', ...where, ...how, ...args])
  }
  try {
    const references = images.map(({ digest }) => `${registry.host}/demo@${digest}`)
    const stored: number[] = []
    for (const reference of references) {
      say('pulling with podman')
      await podman('pull', '--quiet', '--tls-verify=false', reference)
      stored.push(Number((await run('du', ['-sb', storage])).split('\t')[0]))
    }
    const [first = 0, both = 0] = stored
    const times: number[] = []
    for (let launch = 0; launch < LAUNCHES; launch++) {
      say('running with podman')
      const from = performance.now()
      // Its own limits are above what a shell may set in some places.
      const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1000:1000']
      const options = ['--rm', '--network', 'none', ...limits]
      await podman('run', ...options, references[1] as string, '/bin/main')
      times.push(performance.now() - from)
    }
    return [
      {
        name: 'podman: second image stored beside the first',
        value: (both - first) / 1e6,
        unit: 'MB',
      },
      { name: 'podman run, no file checked', value: median(times), unit: 'ms' },
    ]
  } finally {
    await registry.close()
    // It mounts its storage on itself.
    await run('umount', [join(storage, 'overlay')]).catch(() => '')
  }
}

async function run(program: string, args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, args)).stdout
}
