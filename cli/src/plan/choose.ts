import type { Chain, Node } from '@covenant/chain-client'
import type { Body, Resources } from '@covenant/schema'
import { CliError } from '../errors.ts'
import type { Places } from '../offers.ts'
import { formatRate } from '../output.ts'
import { nodeFacts, nodeProblems } from '../review/node-facts.ts'

export type Wanted = {
  places: Places
  resources: Resources
  body: Body
  maxRate: bigint
  /** The nodes that it is on already: these stay. */
  present: number[]
}

type Place = { chain: Chain; at: string; now: number }

/**
 * The nodes that are each to run it: those that are named, or of the chain's, first those that have
 * it, then the cheapest that would take it. @throws CliError saying of each other node why not
 */
export async function chooseNodes(
  { places, resources, body, maxRate, present }: Wanted,
  { chain, at, now }: Place,
): Promise<number[]> {
  if ('named' in places) return places.named
  const { replicas, regions } = places
  const there = (await chain.nodes.all(at)).filter(
    ({ region }) => regions === null || regions.includes(region),
  )
  const why = (node: Node) => {
    const facts = nodeFacts(node, { resources, body, now, chain })
    const dear =
      facts.rate > maxRate
        ? [`node ${node.id} costs ${formatRate(facts.rate)}, above ${formatRate(maxRate)}`]
        : []
    return { id: node.id, rate: facts.rate, problems: [...nodeProblems(facts), ...dear] }
  }
  const stays = there.filter(({ id }) => present.includes(id)).map(({ id }) => id)
  const others = there.filter(({ id }) => !present.includes(id)).map(why)
  const able = others
    .filter(({ problems }) => problems.length === 0)
    .sort((a, b) => (a.rate < b.rate ? -1 : a.rate > b.rate ? 1 : a.id - b.id))
  const chosen = [...stays, ...able.map(({ id }) => id)].slice(0, replicas)
  if (chosen.length === replicas) return chosen.sort((a, b) => a - b)
  const where = regions === null ? 'on this chain' : `in ${regions.join(', ')}`
  const reasons = others.flatMap(({ problems }) => problems)
  throw new CliError(
    [
      `${replicas} nodes are to run it, and ${chosen.length} of the ${there.length} ${where} can`,
      ...reasons,
    ].join('; '),
  )
}
