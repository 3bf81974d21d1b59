import { bodyHash } from '@covenant/schema'
import type { Target } from './target.ts'
import type { WorkItem } from './work.ts'

/**
 * What the API said that finalised state does not bear out, a sentence each: a contract that the chain
 * does not give to this node, or a body that it does not know for that contract. Nothing was done for
 * it; an API that is behind, or ahead of this agent's chain endpoint, says such things too.
 */
export function refusedClaims(claims: readonly WorkItem[], target: Target): string[] {
  const known = new Map(target.contracts.map((contract) => [contract.id, contract]))
  return claims.flatMap(({ id, bodies }) => {
    const contract = known.get(id)
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
