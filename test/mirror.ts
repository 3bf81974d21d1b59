import assert from 'node:assert/strict'
import type { Chain } from '@covenant/chain-client'
import { until, type Stack } from './stack.ts'

type EventPage = {
  events: {
    pageInfo: { hasNextPage: boolean; endCursor: string | null }
    nodes: { height: number; index: number; pallet: string; name: string }[]
  }
}

/** Waits until the mirror has the chain's block `height`. */
export async function untilMirrored(stack: Stack, height: number): Promise<void> {
  await until(async () => {
    // The API may be on its way back up.
    const answer = await stack
      .query<{ meta: { height: number } }>('{ meta { height } }')
      .catch(() => null)
    return answer !== null && answer.meta.height >= height
  })
}

/**
 * Asserts that the mirror's events are the chain's, each once and in order, from the first block to
 * the finalised head. Returns how many there were.
 */
export async function assertMirrored(stack: Stack, chain: Chain): Promise<number> {
  const { height } = await chain.finalizedHead()
  await untilMirrored(stack, height)
  const expected: string[] = []
  for (let block = 1; block <= height; block += 1) {
    const { events } = await chain.block(block)
    for (const { index, pallet, name } of events) {
      expected.push(`${block}-${index} ${pallet}.${name}`)
    }
  }
  const mirrored = await allEvents(stack, height)
  assert.deepEqual(mirrored, expected)
  return expected.length
}

async function allEvents(stack: Stack, height: number): Promise<string[]> {
  const lines: string[] = []
  let after = ''
  for (;;) {
    const { events } = await stack.query<EventPage>(
      `{ events(first: 100, toHeight: ${height} ${after}) {
           pageInfo { hasNextPage endCursor } nodes { height index pallet name } } }`,
    )
    for (const { height, index, pallet, name } of events.nodes) {
      lines.push(`${height}-${index} ${pallet}.${name}`)
    }
    if (!events.pageInfo.hasNextPage) break
    after = `, after: "${events.pageInfo.endCursor}"`
  }
  // The API lists the latest first.
  return lines.toReversed()
}
