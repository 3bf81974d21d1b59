import type { Chain, Contract, Head, Node } from '@covenant/chain-client'
import type { Body, InvalidBody } from '@covenant/schema'
import type { Bodies } from './bodies.ts'

/** What finalised state says of one contract. */
export type TargetContract =
  | {
      type: 'placed'
      id: number
      contract: Contract
      running: Body | InvalidBody | undefined
      pending: Body | InvalidBody | undefined
    }
  /** It is closed: it left a tombstone, or its id was given out and nothing is there. */
  | { type: 'ended'; id: number }
  /** Nothing says that it is this node's: another node's, or not created in finalised state yet. */
  | { type: 'foreign'; id: number }

export type Target = {
  head: Head
  /** Chain seconds at that head. */
  now: number
  node: Node
  contracts: TargetContract[]
}

export type TargetOptions = {
  chain: Pick<Chain, 'nodes' | 'contracts' | 'clock'>
  bodies: Bodies
  head: Head
  node: number
  ids: Iterable<number>
}

/**
 * Reads what this node is to do from one finalised block. All of it comes from the chain; the ids are
 * merely where to look. Rejects when the chain cannot be read: no part of an answer is used.
 */
export async function readTarget({
  chain,
  bodies,
  head,
  node: nodeId,
  ids,
}: TargetOptions): Promise<Target | undefined> {
  const at = head.hash
  const wanted = [...ids]
  const [node, now, nextId, open] = await Promise.all([
    chain.nodes.get(nodeId, at),
    chain.clock.now(at),
    chain.contracts.nextId(at),
    chain.contracts.several(wanted, at),
  ])
  if (!node) return undefined
  const contracts = await Promise.all(
    wanted.map(async (id): Promise<TargetContract> => {
      const contract = open.get(id)
      if (!contract) return { type: id < nextId ? 'ended' : 'foreign', id }
      if (contract.node !== nodeId) return { type: 'foreign', id }
      const body = (spec: { body: string } | undefined) => spec && bodies.get(spec.body)
      const [running, pending] = await Promise.all([
        body(contract.running ?? undefined),
        body(contract.pending?.spec),
      ])
      return { type: 'placed', id, contract, running, pending }
    }),
  )
  return { head, now, node, contracts }
}
