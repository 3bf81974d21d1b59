/** What a deployment file would change of what runs, read from the chain at one block. */
import type { Account, Call, Chain, Contract, Group, Hex } from '@covenant/chain-client'
import { bodyResources } from '@covenant/schema'
import { formatAmount } from '@covenant/schema/amount'
import type { DeploymentFile } from '@covenant/schema/deployment'
import { formatRate } from '../output.ts'
import { type Change, compareBodies } from '../review/changes.ts'
import { type NodeFacts, nodeFacts, nodeProblems, nodeWithout } from '../review/node-facts.ts'
import { type Owned, readOwned } from '../review/owned.ts'
import { thresholdOf } from '../votes.ts'

export type PlanInput = {
  file: DeploymentFile
  node: number
  /** Who is to own the contract. */
  owner: Account
  escrow: bigint
  maxRate: bigint
  /** In chain seconds: until when a group may vote, and the node may answer. */
  expires: number
  deadline: number
  /** Whose vote is counted; in a group alone. */
  viewer: Account | undefined
}

export type Plan = {
  block: { height: number; hash: Hex; now: number }
  input: PlanInput
  group: Group | null
  /** The contract of this name that the owner has on this node. */
  contract: Contract | null
  /** Others of this name, which go on. */
  beside: Contract[]
  action: 'create' | 'update' | 'none'
  changes: Change[]
  node: NodeFacts | null
  deposit: bigint
  /** What the owner would have free afterwards. */
  leaves: bigint
  /** Whose weight it needs; null where the owner is no group. */
  vote: { threshold: number; weight: number; decides: boolean } | null
  /** Why the chain would refuse it now. */
  refusals: string[]
  /** What else to know before asking for it. */
  warnings: string[]
  /** Keeps the body on chain, and offers it to the node: as a new contract, or as an update of one. */
  calls: { note: Call; offer: Call }
}

export async function makePlan(chain: Chain, input: PlanInput): Promise<Plan> {
  const { file, owner, escrow, maxRate, deadline } = input
  const { height, hash: at } = await chain.finalizedHead()
  const now = await chain.clock.now(at)
  const resources = bodyResources(file.body)
  const [groupId, node, balance, owned] = await Promise.all([
    chain.groups.byAccount(owner, at),
    chain.nodes.get(input.node, at),
    chain.balances.of(owner, at),
    readOwned({ chain, at, owner }),
  ])
  const group = groupId === null ? null : await chain.groups.get(groupId, at)
  const { running, beside } = match(owned, input)
  const changes = compareBodies(running?.body ?? null, file.body)
  const action = running === undefined ? 'create' : changes.length === 0 ? 'none' : 'update'
  const { contractDeposit, bodyByteDeposit } = chain.constants.contracts
  const forBytes = bodyByteDeposit * BigInt(file.bytes.length)
  const deposit = action === 'create' ? contractDeposit + forBytes : forBytes
  const held = { create: escrow + deposit, update: deposit, none: 0n }
  const leaves = balance.free - held[action]
  const terms = { body: file.hash, resources, maxRate, deadline }
  const plan = {
    block: { height, hash: at, now },
    input,
    group,
    contract: running?.contract ?? null,
    beside,
    action,
    changes,
    node:
      node && nodeFacts(nodeWithout(node, running?.contract ?? null), { resources, now, chain }),
    deposit,
    leaves,
    vote: group && voteOf(group, input.viewer),
    calls: {
      note: chain.calls.contracts.noteBody({ bytes: file.bytes }),
      offer:
        running === undefined
          ? chain.calls.contracts.create({ node: input.node, ...terms, escrow })
          : chain.calls.contracts.update({ contract: running.contract.id, ...terms }),
    },
  } as const
  return { ...plan, refusals: refusalsOf(plan), warnings: warningsOf(plan, chain) }
}

/** The newest of this name on this node is the one that the file is about. */
function match(owned: Owned[], { file, node }: PlanInput) {
  const named = owned.filter(({ name }) => name === file.body.name)
  const running = named.findLast(({ contract }) => contract.node === node)
  return {
    running,
    beside: named.filter((one) => one !== running).map(({ contract }) => contract),
  }
}

function voteOf(group: Group, viewer: Account | undefined): Plan['vote'] {
  const threshold = thresholdOf(group, 'Deploy')
  const member = group.members.find(({ account }) => account === viewer)
  const weight = member?.permissions.includes('APPROVE') ? member.weight : 0
  return { threshold, weight, decides: weight >= threshold }
}

type Unchecked = Omit<Plan, 'refusals' | 'warnings'>

function refusalsOf({ input, node, block, action, contract }: Unchecked): string[] {
  const { maxRate, deadline } = input
  return [
    node === null ? `there is no node ${input.node}; "covenant node list" shows them` : undefined,
    node !== null && !node.isSeen
      ? `node ${node.id} has not been seen lately: choose another, or wait until it is back`
      : undefined,
    node !== null && node.rate > maxRate
      ? `node ${node.id} costs ${formatRate(node.rate)}, above the limit of ${formatRate(maxRate)}: raise the budget, or ask for less`
      : undefined,
    block.now > deadline
      ? 'the time in which the node had to answer is over: plan again'
      : undefined,
    action === 'update' && contract?.state === 'Suspended'
      ? `contract ${contract.id} is suspended, and the chain refuses updates to it: covenant contract top-up ${contract.id} AMOUNT`
      : undefined,
  ].filter((reason) => reason !== undefined)
}

function warningsOf({ node, leaves }: Unchecked, chain: Chain): string[] {
  const short = chain.constants.existentialDeposit - leaves
  return [
    ...(node === null ? [] : nodeProblems({ ...node, isSeen: true })),
    ...(short > 0n
      ? [`the owner has too little money: ${formatAmount(short)} more is needed`]
      : []),
  ]
}

/** What must be the same still when a plan is carried out. */
export function basisOf(plan: Plan): Record<string, unknown> {
  const { input, group, contract, beside, action, node, leaves, warnings } = plan
  return {
    'what it would do': [action, input.file.hash, String(input.maxRate), String(input.escrow)],
    'the group': group && [group.id, group.epoch, group.thresholds],
    'the contract': contract && [contract.id, contract.version, contract.state],
    'the contracts beside it': beside.map(({ id }) => id),
    'the node': node && [
      node.id,
      String(node.rate),
      node.isSeen,
      node.state,
      node.operator,
      node.short,
    ],
    'the money': leaves < 0n || warnings.some((warning) => warning.includes('too little money')),
  }
}
