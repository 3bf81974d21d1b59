import assert from 'node:assert/strict'
import { watch } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { writeFileAtomic } from './files.ts'
import { openLogFile } from './log-file.ts'
import { openMemory } from './memory.ts'

async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'state-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

test('a log keeps what was written last, and never more than twice its bound', async (t) => {
  const file = join(await makeFolder(t), 'logs', '1', 'main.log')
  const log = openLogFile(file, { maxBytes: 100 })
  for (let index = 0; index < 100; index++) log.write(Buffer.from(`line ${index}\n`))
  log.write(Buffer.from('x'.repeat(250)))
  log.write(Buffer.from('end'))
  log.close()
  assert.equal((await stat(`${file}.1`)).size, 100)
  assert.ok((await stat(file)).size <= 100)
  assert.match(await readFile(file, 'utf8'), /xend$/)
})

test('a log goes on where an agent before left it', async (t) => {
  const file = join(await makeFolder(t), 'main.log')
  for (const text of ['a', 'b']) {
    const log = openLogFile(file)
    log.write(Buffer.from(text))
    log.close()
  }
  assert.equal(await readFile(file, 'utf8'), 'ab')
})

test('a full disk loses what is written, which is told once until there is room again', async (t) => {
  const file = join(await makeFolder(t), 'main.log')
  // A device that is always full.
  await symlink('/dev/full', file)
  const lost: string[] = []
  const log = openLogFile(file, { maxBytes: 4, onLost: ({ message }) => lost.push(message) })
  for (const text of ['a', 'b']) log.write(Buffer.from(text))
  assert.equal(lost.length, 1)
  assert.match(lost[0] ?? '', /^ENOSPC/)
  log.close()
})

test('a file is replaced as a whole, and a failed write leaves nothing behind', async (t) => {
  const folder = await makeFolder(t)
  const file = join(folder, 'file')
  await writeFileAtomic(file, 'one', 0o600)
  await writeFileAtomic(file, 'two', 0o600)
  assert.equal(await readFile(file, 'utf8'), 'two')
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  await assert.rejects(writeFileAtomic(join(folder, 'no', 'file'), 'x'))
  await assert.rejects(writeFileAtomic(folder, 'x'))
  assert.deepEqual(await readdir(folder), ['file'])
})

test('what an agent remembers outlives it, and an empty folder remembers nothing', async (t) => {
  const file = join(await makeFolder(t), 'memory.json')
  const memory = await openMemory(file)
  assert.equal(memory.genesis, undefined)
  await memory.setGenesis('0x01')
  await Promise.all([memory.remember(1), memory.remember(2), memory.remember(3)])
  await memory.forget(2)
  const again = await openMemory(file)
  assert.equal(again.genesis, '0x01')
  assert.deepEqual([...again.contracts], [1, 3])
})

test('what is remembered at once is written together, and is on disk once each is told so', async (t) => {
  const folder = await makeFolder(t)
  const file = join(folder, 'memory.json')
  const memory = await openMemory(file)
  await memory.setGenesis('0x01')
  const written: string[] = []
  const watcher = watch(folder, (_event, name) => {
    if (name === 'memory.json') written.push(name)
  })
  t.after(() => watcher.close())
  const ids = Array.from({ length: 100 }, (_, index) => index + 1)
  const onDisk = async () => (await openMemory(file)).contracts
  await Promise.all(
    ids.map(async (id) => {
      await memory.remember(id)
      assert.ok((await onDisk()).has(id))
    }),
  )
  await Promise.all(ids.slice(10).map((id) => memory.forget(id)))
  assert.deepEqual([...(await onDisk())], ids.slice(0, 10))
  await memory.setGenesis('0x02')
  while (written.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.ok(written.length <= 6, `${written.length} times`)
})

test('a memory that is none is refused by name', async (t) => {
  const file = join(await makeFolder(t), 'memory.json')
  await writeFile(file, '{"genesis":1}')
  await assert.rejects(openMemory(file), /memory\.json is not what an agent wrote/)
})
