import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import type { Hex } from '@covenant/schema/hash'
import { keysWithPrefix } from './state.ts'
import { type NewBlock, openStore, UnusableFolder } from './store.ts'

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'covenant-store-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

const hashOf = (number: number): Hex => `0x${number.toString(16).padStart(64, '0')}`

function block(number: number, changes: Record<Hex, Hex | null>, extrinsics: Hex[] = []): NewBlock {
  return {
    number,
    hash: hashOf(number + 100),
    parentHash: hashOf(number + 99),
    header: `0x0${number}`,
    extrinsics,
    changes: new Map(Object.entries(changes) as [Hex, Hex | null][]),
  }
}

test('every block keeps the storage that it left', (t) => {
  const store = openStore(temporaryFolder(t))
  store.append(block(0, { '0x3a636f6465': '0xc0de', '0x01': '0xaa', '0x02': '0xaa' }))
  store.append(block(1, { '0x01': '0xbb', '0x02': null }))
  store.append(block(2, { '0x02': '0xcc', '0x03': '0xdd' }))

  const seen = [0, 1, 2].map((number) => {
    const state = store.stateAt(number)
    return keysWithPrefix(state, { prefix: '0x0' }).map((key) => [key, state.get(key)])
  })
  assert.deepEqual(seen, [
    [
      ['0x01', '0xaa'],
      ['0x02', '0xaa'],
    ],
    [['0x01', '0xbb']],
    [
      ['0x01', '0xbb'],
      ['0x02', '0xcc'],
      ['0x03', '0xdd'],
    ],
  ])
  store.close()
})

test('what a block wrote without changing it is not stored', (t) => {
  const store = openStore(temporaryFolder(t))
  store.append(block(0, { '0x01': '0xaa' }))
  store.append(block(1, { '0x01': '0xaa', '0x02': null, '0x03': '0xbb' }))
  assert.deepEqual([...store.changesOf(1)], [['0x03', '0xbb']])
  store.close()
})

test('the block that set the runtime of another one is found', (t) => {
  const store = openStore(temporaryFolder(t))
  store.append(block(0, { '0x3a636f6465': '0xc0de' }))
  store.append(block(1, {}))
  store.append(block(2, { '0x3a636f6465': '0xc1de' }))
  store.append(block(3, {}))
  assert.deepEqual(
    [0, 1, 2, 3].map((number) => store.codeSetAt(number)),
    [0, 0, 2, 2],
  )
  store.close()
})

test('blocks, extrinsics and head are there after the store was closed', (t) => {
  const folder = temporaryFolder(t)
  const first = openStore(folder)
  assert.equal(first.head(), undefined)
  first.append(block(0, {}))
  first.append(block(1, { '0x01': '0xaa' }, ['0x0400', '0x0401']))
  first.close()

  const second = openStore(folder)
  assert.equal(second.head()?.number, 1)
  assert.equal(second.byHash(hashOf(101))?.number, 1)
  assert.equal(second.byNumber(1)?.parentHash, hashOf(100))
  assert.equal(second.byNumber(2), undefined)
  assert.deepEqual(second.extrinsics(1), ['0x0400', '0x0401'])
  assert.equal(second.stateAt(1).get('0x01'), '0xaa')
  second.close()
})

test('a block that cannot be added leaves nothing of itself', (t) => {
  const store = openStore(temporaryFolder(t))
  store.append(block(0, { '0x01': '0xaa' }))
  const twice = { ...block(1, { '0x01': '0xbb' }), hash: hashOf(100) }
  assert.throws(() => store.append(twice), /UNIQUE/)
  assert.equal(store.head()?.number, 0)
  assert.equal(store.stateAt(1).get('0x01'), '0xaa')
  store.append(block(1, { '0x01': '0xcc' }))
  assert.equal(store.stateAt(1).get('0x01'), '0xcc')
  store.close()
})

test('a file of a newer format is refused, naming both formats', (t) => {
  const folder = temporaryFolder(t)
  openStore(folder).close()
  const database = new DatabaseSync(join(folder, 'chain.sqlite'))
  database.exec('PRAGMA user_version = 2')
  database.close()
  assert.throws(() => openStore(folder), {
    name: 'UnusableFolder',
    message: /has format 2 and this program reads format 1/,
  })
})

test('a database of another program is refused', (t) => {
  const folder = temporaryFolder(t)
  const database = new DatabaseSync(join(folder, 'chain.sqlite'))
  database.exec('CREATE TABLE other (n INTEGER); PRAGMA user_version = 1')
  database.close()
  assert.throws(() => openStore(folder), {
    name: 'UnusableFolder',
    message: /is not a chain's database/,
  })
})

test('a file that is no database is refused', (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'chain.sqlite'), 'Dear diary, '.repeat(100))
  assert.throws(() => openStore(folder), UnusableFolder)
})

test('a file that was made and not filled yet is taken for a new one', (t) => {
  const folder = temporaryFolder(t)
  appendFileSync(join(folder, 'chain.sqlite'), '')
  const store = openStore(folder)
  assert.equal(store.head(), undefined)
  store.close()
})
