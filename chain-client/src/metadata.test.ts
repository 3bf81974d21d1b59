import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readPallets } from './metadata.ts'

const METADATA = new URL('../../chain/artifacts/covenant_runtime.metadata.scale', import.meta.url)

test('metadata says calls with their arguments, events, errors and constants by their values', () => {
  const groups = readPallets(readFileSync(METADATA)).find(({ name }) => name === 'Groups')
  assert.equal(groups?.index, 20)
  const propose = groups.calls.find(({ name }) => name === 'propose')
  assert.deepEqual(
    propose?.fields.map(({ name }) => name),
    ['group', 'call', 'expires'],
  )
  assert.match(propose.docs, /^Proposes that the group makes/)
  assert.ok(groups.events.some(({ name }) => name === 'GroupCreated'))
  assert.ok(groups.errors.some(({ name }) => name === 'GroupNotFound'))
  const constant = (wanted: string) => groups.constants.find(({ name }) => name === wanted)?.value
  assert.equal(constant('MaxMembers'), 64n)
  assert.equal(constant('GroupDeposit'), 10n ** 18n)
})
