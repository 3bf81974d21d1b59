import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { deriveIdentity, readSeed } from './identity.ts'

test('all keys follow from the seed, and never change', () => {
  const { signer, sealingKey, networkKey } = deriveIdentity(new Uint8Array(32).fill(7))
  assert.deepEqual(
    { agent: signer.address, sealingKey, networkKey },
    {
      agent: '5EsNLFaGe9XK5LzWH3i6eC2Wqv6YqZS1442N1C4yeSdP6uxy',
      sealingKey: '0x4650fbbe00f3539bbc38f7ca5df23fa81992d44cbc25962024b74934203a0c5d',
      networkKey: '0x86936144068b833eb02895fde076a52453d5b3996229d30238bece326f1d5b27',
    },
  )
})

test('a seed is made once, for its owner alone, and read again', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'seed-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'seed')
  const seed = await readSeed(file)
  assert.equal(seed.length, 32)
  assert.deepEqual(await readSeed(file), seed)
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  await writeFile(
    file,
    `0x${(await readFile(file, 'utf8')).trim().toUpperCase()}`.replace('0X', '0x'),
  )
  assert.deepEqual(await readSeed(file), seed)
})

test('a file that is no seed, or that others can read, is refused by name', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'seed-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'seed')
  await writeFile(file, '//Alice', { mode: 0o600 })
  await assert.rejects(readSeed(file), /seed is no seed: it must hold 64 hex digits/)
  await writeFile(file, '11'.repeat(32))
  await chmod(file, 0o644)
  await assert.rejects(readSeed(file), /can be read by other users: chmod 600 /)
})
