import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyHash, encodeBody } from '@covenant/schema'
import { refusedClaims } from './claims.ts'
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

test('what the chain bears out, what has ended and what was not looked at is not held against the API', () => {
  const bodies = [text(running), text(offered)]
  const claims = [1, 2, 4].map((id) => ({ id, bodies: id === 1 ? bodies : ['anything'] }))
  assert.deepEqual(refusedClaims(claims, target), [])
})

test('a contract of another node and a body that the chain does not name are said', () => {
  const claims = [
    { id: 3, bodies: [] },
    { id: 1, bodies: [text(running), '{"forged":true}'] },
  ]
  const hash = bodyHash(new TextEncoder().encode('{"forged":true}'))
  assert.deepEqual(refusedClaims(claims, target), [
    'the API gives contract 3 to this node, and the chain does not',
    `the API gives contract 1 the body ${hash}, and the chain does not`,
  ])
})
