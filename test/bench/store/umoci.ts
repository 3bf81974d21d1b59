import { execFileSync } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuiltImage } from '@covenant/node-agent/images/images.fixture'
import { digestHex, MEDIA_TYPES } from '@covenant/schema/image'
import { findOnPath } from '@covenant/service/sandbox-probe'
import { median } from '../measure.ts'
import type { Bench } from '../run.ts'

const LAUNCHES = 3

/** The same two images by umoci and crun, where both are here and this is root; else nothing. */
export async function benchUmoci(
  folder: string,
  images: readonly BuiltImage[],
  say: (line: string) => void,
): Promise<Bench['figures']> {
  const path = process.env['PATH'] ?? ''
  const isHere = ['umoci', 'crun'].every((program) => findOnPath(program, path) !== undefined)
  if (!isHere || process.getuid?.() !== 0) return []
  const layout = join(folder, 'layout')
  await writeLayout(layout, images)
  const bundle = join(folder, 'bundle')
  const times: number[] = []
  let bytes = 0
  for (let launch = 0; launch < LAUNCHES; launch++) {
    say('unpacking with umoci, running with crun')
    const from = performance.now()
    run('umoci', ['unpack', '--image', `${layout}:1`, bundle])
    await useCommand(join(bundle, 'config.json'), ['/bin/main'])
    // crun does not run where control groups of both versions are mounted: the newer one is hidden.
    const hidden = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"'
    run('unshare', ['-m', 'sh', '-c', hidden, 'sh', 'crun', 'run', '-b', bundle, 'bench-store'])
    times.push(performance.now() - from)
    bytes = Number(run('du', ['-sb', join(bundle, 'rootfs')]).split('\t')[0])
    await rm(bundle, { recursive: true })
  }
  return [
    { name: 'umoci: second image unpacked beside the first', value: bytes / 1e6, unit: 'MB' },
    { name: 'umoci unpack and crun run', value: median(times), unit: 'ms' },
  ]
}

function run(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

async function writeLayout(layout: string, images: readonly BuiltImage[]): Promise<void> {
  const blobs = join(layout, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  for (const image of images) {
    for (const [digest, bytes] of image.blobs)
      await writeFile(join(blobs, digestHex(digest)), bytes)
  }
  const manifests = images.map(({ digest, blobs }, index) => ({
    ...{ mediaType: MEDIA_TYPES.manifest, digest, size: blobs.get(digest)?.length },
    annotations: { 'org.opencontainers.image.ref.name': String(index) },
  }))
  await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  await writeFile(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }))
}

async function useCommand(file: string, args: string[]): Promise<void> {
  const config = JSON.parse(await readFile(file, 'utf8')) as { process: Record<string, unknown> }
  config.process = { ...config.process, args, terminal: false }
  await writeFile(file, JSON.stringify(config))
}
