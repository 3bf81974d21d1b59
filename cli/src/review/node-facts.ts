/** Who would run it, from the chain alone: since when, at which price, and whether it fits. */
import type { Account, Chain, Contract, Node } from '@covenant/chain-client'
import type { Body, Resources } from '@covenant/schema'
import { liveAt } from '@covenant/schema/funds'
import type { AnyBody } from '@covenant/schema/body-changes'
import { formatSize } from '@covenant/schema/quantity'
import { z } from 'zod'
import { rateOf } from '../offers.ts'
import { count, formatDistance } from '../output.ts'
import { lastsFor } from './money.ts'

export type NodeFacts = {
  id: number
  operator: Account
  agent: Account | null
  region: string
  state: string
  /** Seen within the chain's window, so that it takes offers. */
  isSeen: boolean
  lastSeen: number | null
  /** Seconds of presence that the chain has counted. */
  live: number
  contracts: number
  free: Resources
  /** What a second costs at its present prices. */
  rate: bigint
  /** The resources of which it has too little free now. */
  short: string[]
  /** What the body asks for and its agent, by the node's attributes, does not have. */
  lacks: string[]
}

const KINDS = ['cpu', 'memory', 'storage', 'gpus', 'publicIpv4'] as const

type Wanted = { resources: Resources; body: Body | undefined; now: number; chain: Chain }

export function nodeFacts(node: Node, { resources, body, now, chain }: Wanted): NodeFacts {
  const { window } = chain.constants.nodes
  const { id, operator, agent, region, state, lastSeen, contracts, total, reserved } = node
  const left = (kind: (typeof KINDS)[number]) => total[kind] - reserved[kind]
  return {
    id,
    operator,
    agent,
    region,
    state,
    isSeen: lastSeen !== null && now <= lastSeen + window,
    lastSeen,
    live: liveAt(node, { now, window }),
    contracts,
    free: {
      cpu: left('cpu'),
      memory: left('memory'),
      storage: left('storage'),
      gpus: left('gpus'),
      publicIpv4: left('publicIpv4'),
    },
    rate: rateOf(resources, node),
    short: KINDS.filter((kind) => left(kind) < resources[kind]),
    lacks: body === undefined ? [] : lackingOf(body, node),
  }
}

function lackingOf({ services, volumes }: Body, { attributes }: Node): string[] {
  const hasNot = (key: string) =>
    attributes.some((attribute) => attribute.key === key && attribute.value === 'no')
  const isAsked = Object.values(services).some(({ healthCheck }) => healthCheck !== undefined)
  return [
    ...(volumes !== undefined && hasNot('volumes') ? ['volumes'] : []),
    ...(isAsked && hasNot('health-checks') ? ['health checks'] : []),
  ]
}

/** What of a node must be as it was shown for a vote to count; see moved.ts. */
export const nodeBasis = ({ rate, isSeen, state, operator, agent, short }: NodeFacts) => [
  rate,
  isSeen,
  state,
  operator,
  agent,
  short,
]

/** The node without what this contract reserves on it, in whose place an update would reserve. */
export function nodeWithout(node: Node, contract: Contract | null): Node {
  const given = contract?.running?.resources
  if (given === undefined) return node
  const { reserved } = node
  const left = (kind: (typeof KINDS)[number]) => reserved[kind] - given[kind]
  return {
    ...node,
    reserved: {
      cpu: left('cpu'),
      memory: left('memory'),
      storage: left('storage'),
      gpus: left('gpus'),
      publicIpv4: left('publicIpv4'),
    },
  }
}

/** Its record in one line. */
export function showPresence({ lastSeen, live, contracts }: NodeFacts, now: number): string {
  if (lastSeen === null) return 'it has never been seen'
  const served =
    live === 0 ? 'it has just begun to serve' : `present for ${lastsFor(BigInt(live), 1n)} in all`
  return `${served}, last seen ${formatDistance(lastSeen, now)}, ${count(contracts, 'open contract')}`
}

/** The volumes that an update would shrink, for which any node declines it; `before` is what runs. */
export function shrinkProblems(before: AnyBody | null, { volumes = {} }: Body): string[] {
  const sizes = volumeSizes.safeParse(before?.['volumes']).data ?? {}
  return Object.entries(volumes).flatMap(([name, { size }]) => {
    const has = sizes[name]?.size ?? 0
    return has <= size
      ? []
      : [
          `the volume ${name} has ${formatSize(has)} and cannot shrink to ${formatSize(size)}: the node will decline`,
        ]
  })
}

const volumeSizes = z.record(z.string(), z.looseObject({ size: z.number() }))

/** Why it would not take the offer now; nothing where it would. */
export function nodeProblems({ id, isSeen, state, short, lacks }: NodeFacts): string[] {
  return [
    isSeen ? undefined : `node ${id} has not been seen lately, and the chain refuses offers to it`,
    state === 'Active' ? undefined : `node ${id} is ${state}, and takes no offers`,
    short.length === 0
      ? undefined
      : `node ${id} has too little ${short.join(' and ').replace('storage', 'disk')} free now, and may decline`,
    lacks.length === 0
      ? undefined
      : `node ${id} has no ${lacks.join(' and no ')}, and will decline`,
  ].filter((problem) => problem !== undefined)
}
