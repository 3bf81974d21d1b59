import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeAccount, encodeAccount } from './ss58.ts'

const ALICE = 'd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d'
const BOB = '8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48'
// The prefixes 42, 0, 2, 64, 252, 1110 and 16383; from 64 on they take two bytes.
const vectors: [address: string, publicKey: string][] = [
  ['5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY', ALICE],
  ['5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty', BOB],
  ['14E5nqKAp3oAJcmzgZhUD2RcptBeUBScxKHgJKU4HPNcKVf3', BOB],
  ['FoQJpPyadYccjavVdTWxpxU7rUEaYhfLCPwXgkfD6Zat9QP', BOB],
  ['cEYoHYutFpXcexmxW4JMuaK2JzGqnVYxL7WxeGScJuR4t4bFg', BOB],
  ['xw6owdnRJ38otB3W3pF9gvnu9EVRnrf4uieYQkLeywjTpG5on', BOB],
  ['efSNgXkPYVLYwVfBWx4XSkiYKZQkyzL3GTdC2yYhSgnfPSmKS', BOB],
  ['yNYZ9YmV73KqE11fLn1UkDaiW3DtmrPddpVotddem1n6A2RWL', BOB],
  [`0x${ALICE}`, ALICE],
  [`0x${ALICE.toUpperCase()}`, ALICE],
]
for (const [address, publicKey] of vectors) {
  test(`${address} is ${publicKey.slice(0, 8)}…`, () => {
    assert.equal(Buffer.from(decodeAccount(address)!).toString('hex'), publicKey)
  })
}

test('a key is written with prefix 42', () => {
  const address = encodeAccount(Buffer.from(BOB, 'hex'))
  assert.equal(address, '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty')
})

const noAccounts = [
  '',
  '5',
  '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQX',
  '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQ',
  '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY ',
  '0GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
  'F7Hs',
  '0x',
  `0x${ALICE}00`,
  ALICE,
  '5'.repeat(60_000),
]
for (const text of noAccounts) {
  test(`${JSON.stringify(text.slice(0, 60))} is no account`, () => {
    assert.equal(decodeAccount(text), undefined)
  })
}
