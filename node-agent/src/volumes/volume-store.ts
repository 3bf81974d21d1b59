import { execFile } from 'node:child_process'
import {
  chown,
  mkdir,
  mkdtemp,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  utimes,
} from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { readFileSync, readdirSync } from 'node:fs'
import type { VolumeTools } from '../executors/tools.ts'
import { VOLUME_FOLDER, type MountedVolume } from '../executors/volume-mounts.ts'
import { createSlots } from '../slots.ts'
import { syncFolder } from '../state/files.ts'

const MIB = 1024 * 1024

/** What names a volume across contracts: whoever owns the next contract of this deployment finds it. */
export type VolumeName = { owner: string; deployment: string; name: string }

/** A volume that a contract's body asks for. */
export type VolumeClaim = VolumeName & {
  contract: number
  /** MiB */
  size: number
  keepOnDelete: boolean
}

export type KeptVolumes = { maxBytes: number; maxAgeMs: number }

export type VolumeStore = {
  /** The contracts that have volumes here. */
  contracts(): Set<number>
  /** The MiB of the volume that this contract has, or would take over; undefined where it would be a new one. */
  sizeOf(claim: VolumeName & { contract: number }): number | undefined
  /**
   * Makes the volume where it is missing, takes over one that was kept for it, lets it grow, and checks
   * its file system. `uid` is whose it is to be. @throws when it cannot be had whole
   */
  prepare(claim: VolumeClaim, uid: number): Promise<Omit<MountedVolume, 'mountPath'>>
  /** Ends all volumes of a contract but those named: each is deleted or kept, as its body said. */
  retain(contract: number, names: readonly string[]): Promise<void>
  /** Deletes kept volumes that are too old, and the oldest of those that are too much together. */
  sweep(kept: KeptVolumes): Promise<number>
}

/** What becomes of a volume that its contract leaves, or that it has been left. */
const FATES = ['delete', 'keep', 'kept'] as const
type Entry = VolumeName & {
  /** The one that has it, or left it. */
  contract: number
  fate: (typeof FATES)[number]
  bytes: number
}

const SUFFIX = '.ext4'
/** How long a file system may take to be unmounted after the last process that used it. */
const BUSY_PATIENCE_MS = 10_000

/**
 * Keeps volumes in `folder`: each an ext4 file system in a file of its own, all of whose bytes are
 * taken from the disk when it is made, so that the size is what it has and the most it can take. All
 * that is known of one is in its file's name, so every change of it is one rename.
 */
export async function openVolumeStore(folder: string, tools: VolumeTools): Promise<VolumeStore> {
  await mkdir(join(folder, 'mounts'), { recursive: true, mode: 0o700 })
  const entries: Entry[] = []
  for (const file of await readdir(folder)) {
    if (file === 'mounts') continue
    const named = readName(file)
    // What was in the making is made again.
    if (!named) await rm(join(folder, file), { recursive: true, force: true })
    else entries.push({ ...named, bytes: (await stat(join(folder, file))).size })
  }

  // What finds, takes or removes an entry does so in turn: none is swept away while it is taken over.
  const { run: inTurn } = createSlots(1)

  const pathOf = (entry: Omit<Entry, 'bytes'>) => join(folder, fileName(entry))
  const change = async (entry: Entry, to: Partial<Entry>) => {
    const from = pathOf(entry)
    await rename(from, pathOf({ ...entry, ...to }))
    await syncFolder(folder)
    Object.assign(entry, to)
  }
  const remove = async (entry: Entry) => {
    await rm(pathOf(entry), { force: true })
    entries.splice(entries.indexOf(entry), 1)
  }
  const isNamed = (entry: Entry, { owner, deployment, name }: VolumeName) =>
    entry.owner === owner && entry.deployment === deployment && entry.name === name
  const find = (claim: VolumeName & { contract: number }) =>
    entries.find(({ contract, name }) => contract === claim.contract && name === claim.name) ??
    entries
      .toSorted((a, b) => b.contract - a.contract)
      .find((entry) => entry.fate === 'kept' && isNamed(entry, claim))

  const make = async (claim: VolumeClaim, uid: number): Promise<Entry> => {
    const { contract, owner, deployment, name, size, keepOnDelete } = claim
    const fate = keepOnDelete ? 'keep' : 'delete'
    const entry: Entry = { contract, owner, deployment, name, fate, bytes: size * MIB }
    const making = await mkdtemp(join(folder, 'new-'))
    try {
      const template = join(making, 'template')
      await mkdir(join(template, VOLUME_FOLDER), { recursive: true, mode: 0o755 })
      await chown(join(template, VOLUME_FOLDER), uid, uid)
      const file = join(making, 'volume')
      await run(tools.fallocate, ['--length', String(entry.bytes), file])
      const options = 'nodiscard,lazy_itable_init=1,lazy_journal_init=1'
      await run(tools['mkfs.ext4'], ['-q', '-F', '-m', '0', '-E', options, '-d', template, file])
      await rename(file, pathOf(entry))
      await syncFolder(folder)
    } finally {
      await rm(making, { recursive: true, force: true })
    }
    entries.push(entry)
    return entry
  }

  const take = async (claim: VolumeClaim, uid: number): Promise<Entry> => {
    const { contract } = claim
    const entry = find(claim)
    if (!entry) return make(claim, uid)
    const fate = claim.keepOnDelete ? 'keep' : 'delete'
    const isSo = entry.fate === fate && entry.contract === contract
    if (!isSo) await change(entry, { contract, fate })
    return entry
  }

  const grow = async (entry: Entry, bytes: number) => {
    const file = pathOf(entry)
    if (bytes > entry.bytes) {
      await run(tools.fallocate, ['--length', String(bytes), file])
      entry.bytes = bytes
    }
    // Also where an agent was ended between the two.
    if ((await fileSystemBytes(file)) < entry.bytes) {
      await check(tools.e2fsck, file, ['-f'])
      await run(tools.resize2fs, [file])
    }
  }

  return {
    contracts: () =>
      new Set(entries.filter(({ fate }) => fate !== 'kept').map(({ contract }) => contract)),
    sizeOf: (claim) => {
      const entry = find(claim)
      return entry && Math.floor(entry.bytes / MIB)
    },
    prepare: async (claim, uid) => {
      const { contract, size } = claim
      try {
        const entry = await inTurn(() => take(claim, uid))
        if (entry.bytes > size * MIB) {
          throw new Error(`it has ${entry.bytes / MIB} MiB and cannot shrink to ${size}`)
        }
        await untilUnused(pathOf(entry))
        await check(tools.e2fsck, pathOf(entry))
        await grow(entry, size * MIB)
        const staging = join(folder, 'mounts', `${contract}.${claim.name}`)
        await mkdir(staging, { recursive: true, mode: 0o700 })
        return { file: pathOf(entry), staging }
      } catch (error) {
        const { message } = error as Error
        throw new Error(`the volume ${claim.name} cannot be had: ${message}`, { cause: error })
      }
    },
    retain: (contract, names) =>
      inTurn(async () => {
        const left = entries.filter(
          (entry) =>
            entry.contract === contract && entry.fate !== 'kept' && !names.includes(entry.name),
        )
        for (const entry of left) {
          await rm(join(folder, 'mounts', `${contract}.${entry.name}`), {
            recursive: true,
            force: true,
          })
          if (entry.fate === 'delete') {
            await remove(entry)
            continue
          }
          const now = new Date()
          await utimes(pathOf(entry), now, now)
          await change(entry, { fate: 'kept' })
        }
      }),
    sweep: ({ maxBytes, maxAgeMs }) =>
      inTurn(async () => {
        const kept = await Promise.all(
          entries
            .filter(({ fate }) => fate === 'kept')
            .map(async (entry) => ({ entry, since: (await stat(pathOf(entry))).mtimeMs })),
        )
        kept.sort((a, b) => b.since - a.since)
        let bytes = 0
        let removed = 0
        for (const { entry, since } of kept) {
          bytes += entry.bytes
          if (bytes <= maxBytes && Date.now() - since <= maxAgeMs) continue
          await remove(entry)
          removed += 1
        }
        return removed
      }),
  }
}

function fileName({ contract, owner, deployment, name, fate }: Omit<Entry, 'bytes'>): string {
  return `${contract}.${owner}.${deployment}.${name}.${fate}${SUFFIX}`
}

/** None of the parts can hold a dot. */
function readName(file: string): Omit<Entry, 'bytes'> | undefined {
  const [contract = '', owner = '', deployment = '', name = '', fateText, ...rest] = file.split('.')
  const fate = FATES.find((one) => one === fateText)
  if (!/^\d+$/.test(contract) || fate === undefined || `.${rest.join('.')}` !== SUFFIX)
    return undefined
  return { contract: Number(contract), owner, deployment, name, fate }
}

const execute = promisify(execFile)

async function run(program: string, args: string[]): Promise<void> {
  try {
    await execute(program, args)
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string }
    throw new Error(stderr.trim() || message, { cause: error })
  }
}

/** Mends what a loss of power left. @throws where that takes a person's decision */
async function check(e2fsck: string, file: string, options: string[] = []): Promise<void> {
  try {
    await execute(e2fsck, ['-p', ...options, file])
  } catch (error) {
    const { code, stdout = '', message } = error as Error & { code?: number; stdout?: string }
    // Whatever was wrong is right now.
    if (code === 1) return
    throw new Error(`its file system is damaged: ${stdout.trim() || message}`, { cause: error })
  }
}

/** What the superblock says of the size of the file system, whatever its file has. */
async function fileSystemBytes(file: string): Promise<number> {
  const handle = await open(file)
  try {
    const { buffer } = await handle.read(Buffer.alloc(1024), 0, 1024, 1024)
    const blocks = buffer.readUInt32LE(0x4) + buffer.readUInt32LE(0x150) * 2 ** 32
    return blocks * 1024 * 2 ** buffer.readUInt32LE(0x18)
  } finally {
    await handle.close()
  }
}

/** The kernel unmounts what no process has any more in its own time. */
async function untilUnused(file: string): Promise<void> {
  const path = await realpath(file)
  const deadline = performance.now() + BUSY_PATIENCE_MS
  for (;;) {
    const user = loopDevices().find(({ backing }) => backing === path)
    if (!user) return
    if (performance.now() > deadline) {
      throw new Error(`${path} is in use as ${user.device}: whatever has mounted it has to end`)
    }
    await delay(20)
  }
}

function loopDevices(): { device: string; backing: string }[] {
  return readdirSync('/sys/block')
    .filter((name) => name.startsWith('loop'))
    .flatMap((name) => {
      try {
        const backing = readFileSync(`/sys/block/${name}/loop/backing_file`, 'utf8').trim()
        return [{ device: `/dev/${name}`, backing }]
      } catch {
        // Nothing is attached to it.
        return []
      }
    })
}
