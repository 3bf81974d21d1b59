import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publicKeyOf } from '../address.ts'
import { InvalidArgument } from '../errors.ts'
import { hexOf } from '../hex.ts'
import { groupAccount } from './groups.ts'

test("a group's account is the one that the pallet derives", () => {
  // The vectors of chain/pallets/groups/src/tests/account.rs.
  const vectors: [id: number, publicKey: string][] = [
    [0, '56c43ab3f9ff2778344000264b8da92123cf9cf73e122eba499cf88e344484f7'],
    [1, '5b00fca9a2b729d9ba454899f863b9e19ec2b2c5b0e1a95494dc20534a70f2ab'],
    [258, '825db5c190768a34e2bd1c81dda4a09f404627cc38b86be5e88d3bc43233efbe'],
    [4_294_967_295, '5c9c72ae663dfe572ddb98a1552ee073b63629349d20e08d5fc05e6780541962'],
  ]
  for (const [id, publicKey] of vectors) {
    assert.equal(hexOf(publicKeyOf(groupAccount(id))), `0x${publicKey}`, `group ${id}`)
  }
})

test('what is no id of a group has no account', () => {
  for (const id of [-1, 1.5, Number.NaN, 2 ** 32]) {
    assert.throws(() => groupAccount(id), InvalidArgument)
  }
})
