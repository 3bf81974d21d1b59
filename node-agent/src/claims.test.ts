import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyHash, encodeBody } from '@covenant/schema'
import type { Block, Hex } from '@covenant/chain-client'
import { isAhead, ofFinalBlocks, refusedClaims } from './claims.ts'
import type { Target } from './target.ts'
import { makeBody, makeContract, makeNode, makeSpec } from './testing.ts'

const running = encodeBody(makeBody())
const offered = encodeBody(makeBody({ restart: 'never' }))
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

const contract = makeContract({
  ...{ id: 1, state: 'Running' },
  running: makeSpec({ body: bodyHash(running) }),
  pending: { spec: makeSpec({ body: bodyHash(offered) }), deadline: 5000 },
})
const target: Target = {
  ...{ head: { height: 1, hash: '0x01' }, now: 1000, node: makeNode() },
  contracts: [
    { type: 'placed', id: 1, contract, running: undefined, pending: undefined },
    { type: 'ended', id: 2 },
    { type: 'foreign', id: 3 },
  ],
}

test('what the chain bears out, what has ended since and what was not looked at is not held against the API', () => {
  const earlier = { height: 0, hash: '0x00' } as const
  const claims = [
    { id: 1, bodies: [text(running), text(offered)], at: null },
    { id: 2, bodies: [], at: null },
    { id: 2, bodies: ['anything'], at: earlier },
    { id: 4, bodies: ['anything'], at: null },
  ]
  assert.deepEqual(refusedClaims(claims, target), [])
})

test('what is given as open of the very block in which it is closed, or of none, is said', () => {
  for (const at of [null, target.head]) {
    assert.deepEqual(refusedClaims([{ id: 2, bodies: ['anything'], at }], target), [
      'the API gives contract 2 as open, and the chain has closed it',
    ])
  }
})

test('a contract of another node and a body that the chain does not name are said', () => {
  const claims = [
    { id: 3, bodies: [], at: null },
    { id: 1, bodies: [text(running), '{"forged":true}'], at: null },
  ]
  const hash = bodyHash(new TextEncoder().encode('{"forged":true}'))
  assert.deepEqual(refusedClaims(claims, target), [
    'the API gives contract 3 to this node, and the chain does not',
    `the API gives contract 1 the body ${hash}, and the chain does not`,
  ])
})

test('what is said of a block that is not final yet is no lie, nor what is said of one that never was', async () => {
  const hash = (digit: string): Hex => `0x${digit.repeat(64)}`
  const at = (height: number, digit: string) => ({
    ...{ id: 3, bodies: [] },
    at: { height, hash: hash(digit) },
  })
  assert.ok(isAhead(at(2, 'a'), target))
  assert.ok(!isAhead(at(1, 'a'), target))
  assert.ok(!isAhead(at(2_000, 'a'), target), 'an API that is always ahead is judged all the same')
  assert.ok(!isAhead({ at: null }, target))

  const block = (height: number | string) =>
    height === 1
      ? Promise.resolve({ hash: hash('a') } as Block)
      : Promise.reject(new Error('there is none'))
  const claims = [at(1, 'a'), at(1, 'b'), at(2_000, 'a'), { ...at(1, 'a'), at: null }]
  assert.deepEqual(
    await ofFinalBlocks(claims, { block }),
    [claims[0], claims[2], claims[3]],
    'the second is of another branch',
  )
})
