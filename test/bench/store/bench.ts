/** The content store: a second version of an image, and a launch with every file checked. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchSandbox } from '@covenant/node-agent/executors/bubblewrap'
import { limitsFor } from '@covenant/node-agent/executors/limits'
import { CALLS, syscallProgram } from '@covenant/node-agent/executors/syscall-program.fixture'
import { findTools } from '@covenant/node-agent/executors/tools'
import { checkoutImage } from '@covenant/node-agent/images/checkout'
import {
  buildImage,
  gzipLayer,
  openAccess,
  serveImages,
  type BuiltImage,
  type TarEntry,
} from '@covenant/node-agent/images/images.fixture'
import { pullImage } from '@covenant/node-agent/images/pull'
import { createImageStore } from '@covenant/node-agent/images/store'
import { median } from '../measure.ts'
import type { Bench } from '../run.ts'
import { benchPodman } from './podman.ts'
import { benchUmoci } from './umoci.ts'

const FILES = 2_700
const FILE_BYTES = 28_700
const CHANGED_BYTES = 2_500_000
const LAUNCHES = 9

export async function bench(say: (line: string) => void): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-store-'))
  try {
    say('making two images of 80 MB that differ in one file')
    const [first, second] = await twoVersions()
    const ours = await benchStore(folder, first, second, say)
    const podman = await benchPodman(folder, [first, second], say)
    const umoci = await benchUmoci(folder, [first, second], say)
    const missing = [podman.length === 0 && 'podman', umoci.length === 0 && 'umoci and crun']
      .filter((name) => name !== false)
      .join(', ')
    return {
      what:
        `two images of ${FILES + 2} files and 80 MB, of which one of ${CHANGED_BYTES} bytes differs; ` +
        `median of ${LAUNCHES} launches of a program that ends at once, all files checked` +
        (missing === '' ? '' : ` (not here to compare with: ${missing})`),
      figures: [...ours, ...podman, ...umoci],
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function twoVersions(): Promise<[BuiltImage, BuiltImage]> {
  const common: TarEntry[] = Array.from({ length: FILES }, (_, index) => ({
    name: `lib/${index % 60}/${index}`,
    content: randomBytes(FILE_BYTES),
  }))
  const main = { name: 'bin/main', content: syscallProgram([[CALLS.kill, 0, 0]]), mode: 0o755 }
  const version = async () => {
    const changed = { name: 'bin/changed', content: randomBytes(CHANGED_BYTES), mode: 0o755 }
    return buildImage([await gzipLayer([...common, main, changed])])
  }
  return [await version(), await version()]
}

async function benchStore(
  folder: string,
  first: BuiltImage,
  second: BuiltImage,
  say: (line: string) => void,
): Promise<Bench['figures']> {
  const store = await createImageStore(join(folder, 'store'))
  const registry = await serveImages(new Map([...first.blobs, ...second.blobs]))
  const stored: number[] = []
  for (const image of [first, second]) {
    say('fetching one')
    const reference = registry.reference(image)
    await pullImage({ reference, store, access: openAccess, maxBytes: 1 << 30 })
    stored.push(await bytesIn(join(folder, 'store')))
  }
  await registry.close()
  const [one = 0, both = 0] = stored

  const tools = findTools(process.env['PATH'] ?? '')
  if ('missing' in tools) throw new Error(`${tools.missing} is not installed`)
  const launches: number[] = []
  const busy: number[] = []
  for (let launch = 0; launch < LAUNCHES; launch++) {
    const root = join(folder, 'runs', String(launch))
    const from = performance.now()
    const spent = process.cpuUsage()
    const tree = await store.tree(second.digest)
    if (!tree) throw new Error('the image is not in the store')
    await checkoutImage(store, tree, root)
    const sandbox = launchSandbox({
      ...{ tools, root, hostname: 'bench', command: ['/bin/main'], env: {}, output: () => {} },
      uid: process.getuid?.() === 0 ? 1_879_048_192 : undefined,
      limits: limitsFor({ cpu: 1000, memory: 64, storage: 8 }),
    })
    const exit = await sandbox.exited
    launches.push(performance.now() - from)
    const { user, system } = process.cpuUsage(spent)
    busy.push((user + system) / 1000)
    if (exit.type !== 'exited' || exit.code !== 0) throw new Error(JSON.stringify(exit))
  }
  return [
    { name: 'first image stored', value: one / 1e6, unit: 'MB' },
    {
      name: 'second image stored beside it, of its changed bytes',
      value: (both - one) / CHANGED_BYTES,
      unit: 'times',
      goal: '1.1 or less',
    },
    { name: 'launch', value: median(launches), unit: 'ms', goal: '400 or less' },
    { name: 'processor time of a launch', value: median(busy), unit: 'ms' },
    { name: 'fastest launch', value: Math.min(...launches), unit: 'ms' },
  ]
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
