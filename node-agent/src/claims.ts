import type { Chain } from '@covenant/chain-client'
import { bodyHash } from '@covenant/schema'
import type { Target } from './target.ts'
import type { WorkItem } from './work.ts'

/**
 * What the API said that finalised state does not bear out, a sentence each: a contract that the chain
 * does not give to this node or has closed, or a body that it does not know for that contract. Nothing
 * was done for it; an API that is behind, or ahead of this agent's chain endpoint, says such things too.
 */
export function refusedClaims(claims: readonly WorkItem[], target: Target): string[] {
  const known = new Map(target.contracts.map((contract) => [contract.id, contract]))
  return claims.flatMap(({ id, bodies, at }) => {
    const contract = known.get(id)
    // Of an earlier block it may have been true. The API names no body of what is closed.
    const isOfNow = at === null || at.height >= target.head.height
    if (contract?.type === 'ended' && bodies.length > 0 && isOfNow) {
      return [`the API gives contract ${id} as open, and the chain has closed it`]
    }
    if (contract?.type === 'foreign') {
      return [`the API gives contract ${id} to this node, and the chain does not`]
    }
    if (contract?.type !== 'placed') return []
    const { running, pending } = contract.contract
    const named = new Set<string | undefined>([running?.body, pending?.spec.body])
    return bodies
      .map((body) => bodyHash(new TextEncoder().encode(body)))
      .filter((hash) => !named.has(hash))
      .map((hash) => `the API gives contract ${id} the body ${hash}, and the chain does not`)
  })
}

/** A block this far ahead of what is final is not waited for: an honest API is hardly ever there. */
const MAX_AHEAD = 1_000

/** Whether the API said it of a block that is not final here yet: then it is neither true nor false. */
export function isAhead({ at }: Pick<WorkItem, 'at'>, { head }: Pick<Target, 'head'>): boolean {
  return at !== null && at.height > head.height && at.height <= head.height + MAX_AHEAD
}

/** Those that are no lie for being of a branch that came to nothing: the API served it like any other block. */
export async function ofFinalBlocks(
  claims: readonly WorkItem[],
  chain: Pick<Chain, 'block'>,
): Promise<WorkItem[]> {
  const blocks = new Map<number, Promise<string>>()
  const hashAt = (height: number) => {
    const asked = blocks.get(height) ?? chain.block(height).then(({ hash }) => hash)
    blocks.set(height, asked)
    return asked
  }
  const kept: WorkItem[] = []
  for (const claim of claims) {
    const { at } = claim
    // What is far ahead is of no block that could be asked for.
    const hash = at && (await hashAt(at.height).catch(() => null))
    if (hash === null || hash === at?.hash) kept.push(claim)
  }
  return kept
}
