import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Chain, encryptKey, signerFromUri } from '@covenant/chain-client'
import { loadSigner } from './keys.ts'
import { answer, beginWorld, COV, refused, run, type World } from './testing.ts'

// Keys of one's own, and accounts that sign elsewhere.
let world: World
let chain: Chain
let password: string

const file = (name: string, text: string, mode = 0o600): string => {
  const path = join(world.folder, name)
  writeFileSync(path, text, { mode })
  return path
}

before(async () => {
  world = await beginWorld()
  ;({ chain } = world)
  process.env['XDG_DATA_HOME'] = join(world.folder, 'data')
  password = file('password', 'a good one\n')
})
after(() => world.end())

const SEND = ['account', 'send', '//Bob', '1 COV', '--yes']

test('a new key is an encrypted file that nobody else can read, and signs with its password', async () => {
  const made = await answer('keys', 'new', 'mine', '--password-file', password)
  assert.equal(statSync(made.file).mode & 0o777, 0o600)
  assert.equal(statSync(join(made.file, '..')).mode & 0o777, 0o700)
  assert.deepEqual(JSON.parse(readFileSync(made.file, 'utf8')).encoding.content, [
    'pkcs8',
    'sr25519',
  ])
  assert.deepEqual((await answer('keys', 'list')).keys, [made])
  assert.equal((await answer('keys', 'show', 'mine')).address, made.address)

  await answer('account', 'send', made.address, '5 COV', '--yes', '--key', '//Alice')
  const sent = await answer(...SEND, '--key', 'mine', '--password-file', password)
  assert.equal(sent.from, made.address)
  const { out } = await run('inbox', '--key', 'mine')
  assert.match(out, /Nothing awaits you/, 'whose key it is needs no password')
})

test('without its password, or with another, a key signs nothing', async () => {
  await refused(2, /nobody can be asked here; add --password-file/, ...SEND, '--key', 'mine')
  const wrong = file('wrong', 'hunter2')
  const { err } = await run(...SEND, '--key', 'mine', '--password-file', wrong)
  assert.match(err, /password: it does not open the key of 5/)
  assert.doesNotMatch(err, /hunter2/)
  const open = file('open', 'a good one', 0o644)
  await refused(8, /others can read .*chmod 600/, ...SEND, '--key=mine', '--password-file', open)
  await refused(2, /protects nothing/, 'keys', 'new', 'x', '--password-file', file('empty', ''))
})

test('a name is taken once, and is no path', async () => {
  const words = ['--password-file', password]
  await refused(2, /There is a key mine already/, 'keys', 'new', 'mine', ...words)
  await refused(2, /is no name of a key/, 'keys', 'new', '../mine', ...words)
  await refused(2, /There is no key other in/, 'keys', 'show', 'other')
})

test('a wallet’s file and a secret’s file are taken over, once they can be opened', async () => {
  const seed = `0x${'0b'.repeat(32)}`
  const { json, address } = await encryptKey(seed, { name: 'w', password: 'a good one' })
  const words = ['--password-file', password]
  const wallet = await answer('keys', 'import', 'wallet', file('wallet.json', json), ...words)
  assert.equal(wallet.address, address)
  const secret = await answer('keys', 'import', 'seed', file('seed', seed), ...words)
  assert.equal(secret.address, address)
  assert.doesNotMatch(readFileSync(secret.file, 'utf8'), /0b0b0b/)
  const other = await encryptKey(seed, { name: 'w', password: 'another' })
  const closed = ['keys', 'import', 'closed', file('closed.json', other.json), ...words]
  await refused(2, /does not open the key of/, ...closed)
})

test('keys that everybody knows sign nothing on a live chain, in a file either', async () => {
  const live: Chain = { ...chain, chainType: 'Live' }
  const context = { password: () => Promise.reject(new Error('asked')) }
  const phrase = 'bottom drive obey lake curtain smoke basket hold race lonely fit walk//Alice'
  for (const key of ['//Alice', file('dev', '//Alice'), file('phrase', phrase)]) {
    await assert.rejects(loadSigner(key, live, context), {
      exitCode: 8,
      message: /everybody knows/,
    })
    assert.equal((await loadSigner(key, chain, context)).address, signerFromUri('//Alice').address)
  }
})

test('an account that signs elsewhere gets the call to sign, and its transaction is sent', async () => {
  const alice = signerFromUri('//Alice')
  const words = ['account', 'send', '//Dave', '3 COV']
  const printed = await answer(...words, '--print-call', alice.address)
  assert.equal(printed.signer, alice.address)
  const call = chain.decodeCall(printed.call.hex)
  assert.deepEqual([call.name, call.hash], ['transferKeepAlive', printed.call.hash])

  const before = (await chain.balances.of(signerFromUri('//Dave').address)).free
  const signed = file('signed', `${await world.signElsewhere('//Alice', call)}\n`)
  const other = ['account', 'send', '//Dave', '4 COV', '--yes', '--submit', signed]
  await refused(5, /Nothing was sent: .* holds balances\.transferKeepAlive/, ...other)
  const sent = await answer(...words, '--yes', '--submit', signed)
  assert.equal(sent.from, alice.address)
  const { free } = await chain.balances.of(signerFromUri('//Dave').address)
  assert.equal(free - before, 3n * COV)
  const again = await run(...words, '--yes', '--submit', signed)
  assert.equal(again.code, 1, 'what was sent once is not sent twice')
  const nonsense = file('nonsense', '0x1234')
  await refused(2, /are not a signed transaction/, ...words, '--yes', '--submit', nonsense)
})
