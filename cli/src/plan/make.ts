/** What a deployment file would change of what runs, read from the chain at one block. */
import type { Account, Call, Chain, Contract, Group, Hex } from '@covenant/chain-client'
import { bodyResources } from '@covenant/schema'
import { formatAmount } from '@covenant/schema/amount'
import type { DeploymentFile } from '@covenant/schema/deployment'
import type { Places } from '../offers.ts'
import { formatRate } from '../output.ts'
import { type Change, compareBodies } from '@covenant/schema/body-changes'
import {
  type NodeFacts,
  nodeFacts,
  nodeProblems,
  nodeWithout,
  shrinkProblems,
} from '../review/node-facts.ts'
import { type Owned, readOwned } from '../review/owned.ts'
import { thresholdOf } from '../votes.ts'
import { chooseNodes } from './choose.ts'

export type PlanInput = {
  file: DeploymentFile
  places: Places
  /** Who is to own the contracts. */
  owner: Account
  /** For each contract. */
  escrow: bigint
  maxRate: bigint
  /** In chain seconds: until when a group may vote, and a node may answer. */
  expires: number
  deadline: number
  /** Whose vote is counted; in a group alone. */
  viewer: Account | undefined
}

/** What would become of the deployment on one node. */
export type Part = {
  node: number
  /** What is known of the node; null where there is none of this id. */
  facts: NodeFacts | null
  action: 'create' | 'update' | 'none'
  /** The contract of this name that the owner has there. */
  contract: Contract | null
  changes: Change[]
  /** What would be held for it: what its escrow takes, and the deposit. */
  escrow: bigint
  deposit: bigint
  /** Why the chain would refuse it now. */
  refusals: string[]
  /** What else to know before asking for it. */
  warnings: string[]
  /** Offers the body to the node: as a new contract, or as an update of one. */
  call: Call | null
}

export type Plan = {
  block: { height: number; hash: Hex; now: number }
  input: PlanInput
  group: Group | null
  /** One for each node. */
  parts: Part[]
  /** Contracts of this name on other nodes, which go on. */
  beside: Contract[]
  /** What the owner would have free afterwards. */
  leaves: bigint
  /** Whose weight it needs; null where the owner is no group. */
  vote: { threshold: number; weight: number; decides: boolean } | null
  /** Those of all parts, and of the whole. */
  refusals: string[]
  warnings: string[]
  calls: {
    /** Keeps the body on chain: one, whatever the number of contracts. */
    note: Call
    /** What is to be done, all of it or none; null where there is nothing to do. */
    offer: Call | null
  }
}

export async function makePlan(chain: Chain, input: PlanInput): Promise<Plan> {
  const { file, owner, maxRate, places } = input
  const { height, hash: at } = await chain.finalizedHead()
  const now = await chain.clock.now(at)
  const block = { height, hash: at, now }
  const resources = bodyResources(file.body)
  const [groupId, { free }, owned] = await Promise.all([
    chain.groups.byAccount(owner, at),
    chain.balances.of(owner, at),
    readOwned({ chain, at, owner }),
  ])
  const group = groupId === null ? null : await chain.groups.get(groupId, at)
  const named = owned.filter(({ name }) => name === file.body.name)
  const present = named.map(({ contract }) => contract.node)
  const wanted = { places, resources, body: file.body, maxRate, present }
  const nodes = await chooseNodes(wanted, { chain, at, now })
  // The newest of this name on a node is the one that the file is about.
  const found = nodes.map((node) => named.findLast(({ contract }) => contract.node === node))
  const parts = await Promise.all(
    nodes.map((node, index) => partOf(chain, { input, block, node, present: found[index] })),
  )
  const calls = parts.flatMap(({ call }) => call ?? [])
  const leaves = parts.reduce((left, { escrow, deposit }) => left - escrow - deposit, free)
  const plan = {
    ...{ block, input, group, parts, leaves },
    beside: named.filter((one) => !found.includes(one)).map(({ contract }) => contract),
    vote: group && voteOf(group, input.viewer),
    calls: {
      note: chain.calls.contracts.noteBody({ bytes: file.bytes }),
      offer: calls.length > 1 ? chain.calls.utility.batchAll({ calls }) : (calls[0] ?? null),
    },
  }
  const late = now > input.deadline
  return {
    ...plan,
    refusals: [
      ...parts.flatMap(({ refusals }) => refusals),
      ...(late ? ['the time in which a node had to answer is over: plan again'] : []),
    ],
    warnings: [...parts.flatMap(({ warnings }) => warnings), ...warningsOf(plan, chain)],
  }
}

type OnNode = {
  input: PlanInput
  block: Plan['block']
  node: number
  present: Owned | undefined
}

async function partOf(chain: Chain, { input, block, node: id, present }: OnNode): Promise<Part> {
  const { file, escrow, maxRate, deadline } = input
  const { hash: at, now } = block
  const resources = bodyResources(file.body)
  const contract = present?.contract ?? null
  const node = await chain.nodes.get(id, at)
  const facts =
    node && nodeFacts(nodeWithout(node, contract), { resources, body: file.body, now, chain })
  const changes = compareBodies(present?.body ?? null, file.body)
  const action = contract === null ? 'create' : changes.length === 0 ? 'none' : 'update'
  const { contractDeposit, bodyByteDeposit } = chain.constants.contracts
  const forBytes = bodyByteDeposit * BigInt(file.bytes.length)
  const held = {
    create: { escrow, deposit: contractDeposit + forBytes },
    update: { escrow: 0n, deposit: forBytes },
    none: { escrow: 0n, deposit: 0n },
  }
  const terms = { body: file.hash, resources, maxRate, deadline }
  const { create, update } = chain.calls.contracts
  const part = { node: id, facts, action, contract, changes, ...held[action] } as const
  if (action === 'none') return { ...part, refusals: [], warnings: [], call: null }
  return {
    ...part,
    refusals: refusalsOf(part, maxRate),
    warnings: [
      ...shrinkProblems(present?.body ?? null, file.body),
      ...(facts === null ? [] : nodeProblems({ ...facts, isSeen: true })),
    ],
    call:
      contract === null
        ? create({ node: id, ...terms, escrow })
        : update({ contract: contract.id, base: contract.version, ...terms }),
  }
}

function voteOf(group: Group, viewer: Account | undefined): Plan['vote'] {
  const threshold = thresholdOf(group, 'Deploy')
  const member = group.members.find(({ account }) => account === viewer)
  const weight = member?.permissions.includes('APPROVE') ? member.weight : 0
  return { threshold, weight, decides: weight >= threshold }
}

function refusalsOf(
  { node, facts, contract, action }: Pick<Part, 'node' | 'facts' | 'contract' | 'action'>,
  maxRate: bigint,
): string[] {
  return [
    facts === null ? `there is no node ${node}; "covenant node list" shows them` : undefined,
    facts !== null && !facts.isSeen
      ? `node ${node} has not been seen lately: choose another, or wait until it is back`
      : undefined,
    facts !== null && facts.rate > maxRate
      ? `node ${node} costs ${formatRate(facts.rate)}, above the limit of ${formatRate(maxRate)}: raise the budget, or ask for less`
      : undefined,
    action === 'update' && contract?.state === 'Suspended'
      ? `contract ${contract.id} is suspended, and the chain refuses updates to it: covenant top-up ${contract.id} AMOUNT`
      : undefined,
  ].filter((reason) => reason !== undefined)
}

type Whole = Pick<Plan, 'parts' | 'leaves' | 'group' | 'input'>

function warningsOf({ parts, leaves, group, input }: Whole, chain: Chain): string[] {
  const short = chain.constants.existentialDeposit - leaves
  const name = group === null ? 'the owner' : `group ${group.id}`
  const to = group === null ? input.owner : `group:${group.id}`
  const help = `covenant account send ${to} "${formatAmount(short)}"`
  const budget = input.file.maxRate
  const rate = ratesOf({ parts }).next
  return [
    ...(short > 0n && parts.some(({ call }) => call !== null)
      ? [`${name} has too little money: ${formatAmount(short)} more is needed (${help})`]
      : []),
    ...(rate !== null && parts.length > 1 && rate > budget
      ? [`together they would cost ${formatRate(rate)}, above the budget of ${formatRate(budget)}`]
      : []),
  ]
}

/** What a second costs, of all contracts of the plan: now, and then; null where a node is not known. */
export function ratesOf({ parts }: Pick<Plan, 'parts'>): { now: bigint; next: bigint | null } {
  const now = ({ contract }: Part) => contract?.running?.rate ?? 0n
  const then = (part: Part) =>
    part.action === 'none'
      ? (part.contract?.running ?? part.contract?.pending?.spec)?.rate
      : part.facts?.rate
  return {
    now: parts.reduce((sum, part) => sum + now(part), 0n),
    next: parts.reduce<bigint | null>((sum, part) => {
      const rate = then(part)
      return sum === null || rate === undefined ? null : sum + rate
    }, 0n),
  }
}

/** What must be the same still when a plan is carried out. */
export function basisOf(plan: Plan): Record<string, unknown> {
  const { input, group, parts, beside, leaves, warnings } = plan
  const one = parts.length === 1
  return {
    'what it would do': [
      parts.map(({ node, action }) => [node, action]),
      ...[input.file.hash, String(input.maxRate), String(input.escrow)],
    ],
    'the group': group && [group.id, group.epoch, group.thresholds],
    [one ? 'the contract' : 'a contract']: parts.map(
      ({ contract }) => contract && [contract.id, contract.version, contract.state],
    ),
    'the contracts beside it': beside.map(({ id }) => id),
    [one ? 'the node' : 'a node']: parts.map(
      ({ facts }) =>
        facts && [
          ...[facts.id, String(facts.rate), facts.isSeen, facts.state, facts.operator, facts.short],
        ],
    ),
    'the money': leaves < 0n || warnings.some((warning) => warning.includes('too little money')),
  }
}
