/** Volumes as files on a disk; their file systems take programs of the host, their owners root. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, open, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { findVolumeTools, type VolumeTools } from '../executors/tools.ts'
import { openVolumeStore, type VolumeClaim } from './volume-store.ts'

const MIB = 1024 * 1024
const DAY_MS = 86_400_000
const UID = 1_879_048_200
const tools = findVolumeTools(process.env['PATH'] ?? '') as VolumeTools
const claim: VolumeClaim = {
  ...{ owner: 'ada', deployment: 'shop', name: 'data', contract: 7 },
  ...{ size: 16, keepOnDelete: false },
}
const KEPT = { ...claim, keepOnDelete: true }

async function setUp(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'volumes-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const openStore = () => openVolumeStore(folder, tools)
  const files = () => readdirSync(folder).filter((name) => name !== 'mounts')
  /** Leaves one that was kept for the next contract. */
  const keep = async (over: Partial<VolumeClaim> = {}) => {
    const store = await openStore()
    await store.prepare({ ...KEPT, ...over }, UID)
    await store.retain(over.contract ?? KEPT.contract, [])
    return store
  }
  return { folder, openStore, files, keep }
}

/** What the file system itself takes itself to be. */
function blocksOf(file: string): number {
  const { stdout } = spawnSync('dumpe2fs', ['-h', file], { encoding: 'utf8' })
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)$`, 'm').exec(stdout)?.[1])
  return field('Block count') * field('Block size')
}

test('a store that is opened again has the volumes that it had', async (t) => {
  const { openStore } = await setUp(t)
  const { file } = await (await openStore()).prepare(claim, UID)
  const again = await openStore()
  assert.equal(again.sizeOf(claim), 16)
  assert.deepEqual([...again.contracts()], [7])
  const { ino } = statSync(file)
  assert.equal((await again.prepare(claim, UID)).file, file)
  assert.equal(statSync(file).ino, ino)
})

test('a volume that its contract leaves is deleted, or kept where its body said so', async (t) => {
  const { openStore, files } = await setUp(t)
  const store = await openStore()
  await store.prepare(claim, UID)
  await store.prepare({ ...KEPT, name: 'kept' }, UID)
  await store.retain(7, ['data', 'kept'])
  assert.equal(files().length, 2)
  await store.retain(7, [])
  assert.deepEqual(files(), ['7.ada.shop.kept.kept.ext4'])
  assert.deepEqual([...store.contracts()], [], 'what is kept is no contract of the node any more')
})

test('whether a volume is kept is what its body said last', async (t) => {
  const { openStore, files } = await setUp(t)
  const store = await openStore()
  await store.prepare(KEPT, UID)
  await store.prepare(claim, UID)
  await store.retain(7, [])
  assert.deepEqual(files(), [])
})

test('a kept volume is for the next contract of the same owner, deployment and name, and for no other', async (t) => {
  const { keep } = await setUp(t)
  const store = await keep()
  for (const other of [{ owner: 'eve' }, { deployment: 'blog' }, { name: 'logs' }]) {
    assert.equal(store.sizeOf({ ...claim, contract: 8, ...other }), undefined)
  }
  const next = { ...claim, contract: 8 }
  assert.equal(store.sizeOf(next), 16)
  await store.prepare(next, UID)
  assert.deepEqual([...store.contracts()], [8])
  assert.equal(store.sizeOf({ ...claim, contract: 9 }), undefined, 'it has an owner again')
})

test('of several that were kept the one of the latest contract is taken', async (t) => {
  const { openStore, files } = await setUp(t)
  const store = await openStore()
  for (const [contract, size] of [
    [8, 17],
    [10, 16],
    [9, 18],
  ] as const) {
    await store.prepare({ ...KEPT, contract, size }, UID)
  }
  for (const contract of [10, 8, 9]) await store.retain(contract, [])
  assert.equal(store.sizeOf({ ...claim, contract: 12 }), 16)
  await store.prepare({ ...claim, contract: 12 }, UID)
  assert.ok(files().includes('12.ada.shop.data.delete.ext4'), String(files()))
})

test('a volume grows to what its body asks, and never shrinks', async (t) => {
  const { openStore } = await setUp(t)
  const store = await openStore()
  await store.prepare(claim, UID)
  const { file } = await store.prepare({ ...claim, size: 40 }, UID)
  assert.equal(statSync(file).size, 40 * MIB)
  assert.equal(blocksOf(file), 40 * MIB)
  await assert.rejects(
    store.prepare(claim, UID),
    /^Error: the volume data cannot be had: it has 40 MiB and cannot shrink to 16$/,
  )
})

test('a volume whose growing was cut off grows on', async (t) => {
  const { openStore } = await setUp(t)
  const { file } = await (await openStore()).prepare(claim, UID)
  await truncate(file, 40 * MIB)
  assert.equal(blocksOf(file), 16 * MIB)
  await (await openStore()).prepare({ ...claim, size: 40 }, UID)
  assert.equal(blocksOf(file), 40 * MIB)
})

test('what was in the making when the agent was killed is made anew', async (t) => {
  const { folder, openStore, files } = await setUp(t)
  await mkdir(join(folder, 'new-abc', 'template'), { recursive: true })
  await writeFile(join(folder, 'new-abc', 'volume'), 'half')
  const store = await openStore()
  assert.deepEqual(files(), [])
  await store.prepare(claim, UID)
  assert.equal(files().length, 1)
})

test('a volume for which the disk has no room is refused, and leaves nothing', async (t) => {
  const { openStore, files } = await setUp(t)
  const store = await openStore()
  const beyond = { ...claim, size: 2 ** 32 - 1 }
  await assert.rejects(
    store.prepare(beyond, UID),
    /^Error: the volume data cannot be had: fallocate: .*(No space left|File too large)/,
  )
  assert.deepEqual(files(), [])
  assert.equal(store.sizeOf(claim), undefined)
})

test('a damaged file system is refused, and nothing is lost that a person could save', async (t) => {
  const { openStore } = await setUp(t)
  const store = await openStore()
  const { file } = await store.prepare(claim, UID)
  const handle = await open(file, 'r+')
  // All but the superblock and its journal's whereabouts.
  await handle.write(Buffer.alloc(2 * MIB, 0xa5), 0, 2 * MIB, 4096)
  await handle.close()
  await assert.rejects(
    store.prepare(claim, UID),
    /^Error: the volume data cannot be had: its file system is damaged: /,
  )
  assert.ok(existsSync(file))
})

test('a volume that something still has mounted is waited for', async (t) => {
  const { folder, openStore } = await setUp(t)
  const store = await openStore()
  const { file } = await store.prepare(claim, UID)
  const holder = spawn('unshare', [
    ...['--mount', 'sh', '-c'],
    `mount -o loop ${file} ${folder}/mounts && echo up && read line`,
  ])
  t.after(() => holder.kill())
  await once(holder.stdout, 'data')
  const over: string[] = []
  const ready = store.prepare(claim, UID).then(() => over.push('ready'))
  holder.once('exit', () => over.push('ended'))
  // This one has more to be done for it than the other, which has nothing but to wait.
  await store.prepare({ ...claim, name: 'other' }, UID)
  assert.deepEqual(over, [])
  holder.stdin.end('\n')
  await ready
  assert.deepEqual(over, ['ended', 'ready'])
})

test('kept volumes go when they are too old, and the oldest when they are too much', async (t) => {
  const { folder, keep, files } = await setUp(t)
  for (const contract of [1, 2, 3, 4]) await keep({ contract, deployment: `d${contract}` })
  const store = await keep({ contract: 5, deployment: 'd5' })
  await store.prepare({ ...KEPT, contract: 6 }, UID)
  const age = async (contract: number, days: number) => {
    const time = new Date(Date.now() - days * DAY_MS)
    await utimes(join(folder, `${contract}.ada.d${contract}.data.kept.ext4`), time, time)
  }
  for (const [contract, days] of [
    [1, 31],
    [2, 3],
    [3, 1],
    [4, 2],
    [5, 0],
  ] as const) {
    await age(contract, days)
  }
  assert.equal(await store.sweep({ maxBytes: 100 * 16 * MIB, maxAgeMs: 30 * DAY_MS }), 1)
  assert.equal(await store.sweep({ maxBytes: 2 * 16 * MIB, maxAgeMs: 30 * DAY_MS }), 2)
  const left = files().map((name) => Number(name.split('.')[0]))
  assert.deepEqual(new Set(left), new Set([3, 5, 6]), 'and what a contract has stays')
})
