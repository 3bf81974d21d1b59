import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NotAccepted, Unconfirmed, type SubmitStatus } from '@covenant/chain-client'
import { createNonceBook, type NonceBook } from './nonce-book.ts'
import type { Memory, Nonces } from './state/memory.ts'
import { silent } from './testing.ts'

type Pages = Pick<Memory, 'nonces' | 'setNonces'> & { written: Nonces[] }

/** What an agent remembers, and each state that it was in. */
function blank(nonces?: Nonces): Pages {
  const pages: Pages = {
    nonces,
    written: [],
    setNonces: async (value) => {
      pages.written.push(value)
      Object.assign(pages, { nonces: value })
    },
  }
  return pages
}

const signs = (book: NonceBook, nonce: number, then: () => Promise<void> = async () => {}) =>
  book.submit(async (onStatus) => {
    await onStatus({ type: 'signed', extrinsicHash: '0x', nonce })
    await then()
  })

test('an empty book covers nothing, and one that is begun all from there on that was signed here', async () => {
  const book = createNonceBook(blank(), silent)
  assert.ok(!book.covers(0))
  await book.begin(7)
  assert.ok(book.covers(7))
  assert.ok(!book.covers(8))
  await signs(book, 7)
  await signs(book, 8)
  assert.ok(book.covers(8) && book.covers(9))
  assert.ok(!book.covers(10))
})

test('a nonce is written down before it is used, so that a killed agent is no stranger to the next', async () => {
  const pages = blank({ from: 7, own: [] })
  const sent = Promise.withResolvers<void>()
  const killed = Promise.withResolvers<void>()
  void signs(createNonceBook(pages, silent), 7, () => {
    sent.resolve()
    return killed.promise
  })
  await sent.promise
  assert.deepEqual(pages.nonces, { from: 7, own: [7] })
  assert.ok(createNonceBook(pages, silent).covers(8))
})

test('of two who sign with the same nonce, the one who loses finds that it was not its own', async () => {
  for (const error of [
    new NotAccepted('Stale', { what: 'used', remedy: '' }),
    new Unconfirmed('0x', { what: 'invalid', mayHaveLanded: false, remedy: '' }),
  ]) {
    const pages = blank({ from: 7, own: [] })
    const book = createNonceBook(pages, silent)
    const lost = signs(book, 7, async () => {
      // The other's is in a block before this one is known to be refused.
      assert.ok(book.covers(8))
      throw error
    })
    await assert.rejects(lost, error)
    assert.ok(!book.covers(8))
    assert.ok(!createNonceBook(pages, silent).covers(8))
  }
})

test('one that is signed anew with a later nonce did not use the one before', async () => {
  const book = createNonceBook(blank({ from: 7, own: [] }), silent)
  await book.submit(async (onStatus: (status: SubmitStatus) => Promise<void>) => {
    await onStatus({ type: 'signed', extrinsicHash: '0x', nonce: 7 })
    await onStatus({ type: 'signed', extrinsicHash: '0x', nonce: 8 })
  })
  assert.ok(!book.covers(9))
})

test('one whose fate is unknown is its own', async () => {
  const book = createNonceBook(blank({ from: 7, own: [] }), silent)
  const lost = new Unconfirmed('0x', { what: 'lost', mayHaveLanded: true, remedy: '' })
  await assert.rejects(
    signs(book, 7, async () => {
      throw lost
    }),
    lost,
  )
  assert.ok(book.covers(8))
})

test('what the chain has counted is not kept for ever', async () => {
  const pages = blank({ from: 0, own: [] })
  const book = createNonceBook(pages, silent)
  for (let nonce = 0; nonce < 100; nonce++) {
    await signs(book, nonce)
    assert.ok(book.covers(nonce + 1))
  }
  assert.deepEqual(pages.nonces, { from: 99, own: [99] })
})

test('an account that lost its count and got a higher one is begun anew', async () => {
  const book = createNonceBook(blank({ from: 7, own: [7] }), silent)
  await book.begin(5_000)
  assert.ok(book.covers(5_000))
  await signs(book, 5_000)
  assert.ok(book.covers(5_001))
})

test('a disk that takes nothing more does not keep the agent from signing', async () => {
  const told: string[] = []
  const full = { nonces: { from: 7, own: [] }, setNonces: async () => Promise.reject(new Error()) }
  const book = createNonceBook(full, { ...silent, warn: (message) => told.push(message) })
  await signs(book, 7)
  assert.ok(book.covers(8))
  assert.match(told[0] ?? '', /cannot be written down/)
})
