/** For tests alone: blocks as the chain client gives them, with defaults for all that a test does not care about. */
import type { Block, Call, ChainEvent, EventData, EventOf, Hex } from '@covenant/chain-client'

export const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'
export const BOB = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty'
export const CHARLIE = '5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y'
export const GROUP_ACCOUNT = '5EYCAe5ijiYfyeZ2JJCGq56LmPyNRAKzpG4QkoQkkQNB5e6Z'

/** The hash of the block `height` on the chain `fork`. */
export function hashOf(height: number, fork = 'a'): Hex {
  return `0x${fork.charCodeAt(0).toString(16)}${height.toString(16).padStart(62, '0')}`
}

/** The time of block 1; every block is 6 s. */
export const FIRST_MS = 1_800_000_000_000

export type Events = { [Type in keyof EventData]: EventData[Type] }
export type EventInput =
  | { [Type in keyof EventData]: [Type, EventData[Type]] }[keyof EventData]
  | ChainEvent

/** A block at `height` with these events, all of extrinsic 1. */
export function block(
  height: number,
  events: EventInput[] = [],
  changes: Partial<Block> = {},
): Block {
  return {
    height,
    hash: hashOf(height),
    parentHash: height === 0 ? `0x${'0'.repeat(64)}` : hashOf(height - 1),
    timestampMs: height === 0 ? 0 : FIRST_MS + (height - 1) * 6_000,
    transactionVersion: 1,
    extrinsics: [],
    events: events.map((input, index) => (Array.isArray(input) ? typed(input, index) : input)),
    ...changes,
  }
}

function typed([type, data]: Extract<EventInput, unknown[]>, index: number): EventOf {
  const [pallet, name] = type.split('.')
  // The pair was typed where it was written.
  return { type, pallet, name, data, index, extrinsicIndex: 1 } as unknown as EventOf
}

/** Decodes every call to the same. */
export const decodeCall = (hex: string): Call => ({
  hex: hex as Hex,
  hash: hashOf(0),
  pallet: 'contracts',
  name: 'create',
  args: { node: 1, escrow: '5' },
})

const resources = { cpu: 500, memory: 256, storage: 1024, gpus: 0, publicIpv4: 1 }
const prices = { cpu: 1n, memory: 2n, storage: 3n, gpu: 4n, publicIpv4: 5n }
export const BODY: Hex = `0x${'0b'.repeat(32)}`

const defaults: Events = {
  'groups.GroupCreated': {
    group: 1,
    account: GROUP_ACCOUNT,
    creator: ALICE,
    name: 'shop',
    members: [
      { account: ALICE, weight: 50, permissions: ['PROPOSE', 'APPROVE'] },
      { account: BOB, weight: 30, permissions: ['APPROVE', 'VETO'] },
      { account: CHARLIE, weight: 20, permissions: ['PROPOSE'] },
    ],
    thresholds: { deploy: 51, cancel: 51, spend: 60, govern: 80 },
    deposit: 10n ** 18n,
  },
  'groups.MembersSet': {
    group: 1,
    members: [{ account: BOB, weight: 1, permissions: ['PROPOSE', 'APPROVE'] }],
    thresholds: { deploy: 1, cancel: 1, spend: 1, govern: 1 },
    epoch: 1,
  },
  'groups.Proposed': {
    group: 1,
    proposal: 0,
    proposer: ALICE,
    call: '0x1602',
    kind: 'Deploy',
    epoch: 0,
    transactionVersion: 1,
    createdAt: 1_800_000_000,
    expires: 1_800_086_400,
    deposit: 10n ** 17n,
  },
  'groups.Voted': { group: 1, proposal: 0, member: ALICE, vote: 'Approve', weight: 50 },
  'groups.ProposalClosed': { group: 1, proposal: 0, outcome: 'Executed' },
  'groups.GroupDissolved': { group: 1, beneficiary: CHARLIE, moved: 10n ** 15n },
  'validators.ValidatorsSet': { accounts: [ALICE, BOB] },
  'nodes.NodeRegistered': {
    node: 1,
    operator: ALICE,
    agent: BOB,
    sealing: { key: `0x${'0c'.repeat(32)}`, version: 1 },
    resources: { cpu: 8_000, memory: 16_384, storage: 100_000, gpus: 1, publicIpv4: 2 },
    prices,
    region: 'eu',
    attributes: [{ key: 'disk', value: 'nvme' }],
    endpoint: 'node.example:51820',
    deposit: 10n ** 19n,
  },
  'nodes.NodeUpdated': { node: 1, resources, prices, region: 'us', attributes: [] },
  'nodes.Served': { node: 1, agent: BOB, live: 0, lastSeen: 1_800_000_001 },
  'nodes.Heartbeat': { node: 1, live: 600, lastSeen: 1_800_000_601 },
  'nodes.Announced': { node: 1, endpoint: 'elsewhere.example:1', announcedAt: 1_800_000_700 },
  'nodes.NodeStateSet': { node: 1, state: 'Draining', live: 600 },
  'nodes.AgentRotated': {
    node: 1,
    namedAgent: CHARLIE,
    sealing: { key: `0x${'0e'.repeat(32)}`, version: 2 },
  },
  'nodes.NodeRemoved': { node: 1, deposit: 10n ** 19n },
  'contracts.BodyNoted': { hash: BODY, who: ALICE, bytes: '0x7b7d', deposit: 7n },
  'contracts.BodyDropped': { hash: BODY, who: ALICE },
  'contracts.BodyRemoved': { hash: BODY },
  'contracts.Created': {
    contract: 1,
    owner: ALICE,
    node: 1,
    version: 1,
    body: BODY,
    resources,
    rate: 1_000n,
    sealingVersion: 1,
    escrow: 2n ** 128n - 1n,
    deposit: 5n,
    bodyDeposit: 3n,
    deadline: 1_800_000_600,
    createdAt: 1_800_000_100,
  },
  'contracts.Accepted': {
    contract: 1,
    node: 1,
    version: 1,
    body: BODY,
    networkKey: `0x${'0d'.repeat(32)}`,
    settledAt: 42,
  },
  'contracts.UpdateOffered': {
    contract: 1,
    node: 1,
    version: 2,
    body: BODY,
    resources: { cpu: 700, memory: 128, storage: 2048, gpus: 1, publicIpv4: 0 },
    rate: 2_000n,
    sealingVersion: 1,
    deposit: 4n,
    deadline: 1_800_000_900,
  },
  'contracts.UpdateDropped': { contract: 1, node: 1, version: 2, reason: 'Withdrawn' },
  'contracts.ToppedUp': {
    contract: 1,
    node: 1,
    who: CHARLIE,
    amount: 20n,
    escrow: 110n,
    settledAt: 61,
    state: 'Running',
  },
  'contracts.Reported': { contract: 1, node: 1, health: 'Healthy', at: 1_800_000_220 },
  'contracts.Declined': { contract: 1, node: 1, version: 1, reason: 'Policy' },
  'contracts.Settled': {
    contract: 1,
    node: 1,
    paid: 10n,
    escrow: 90n,
    settledAt: 52,
    state: 'Running',
    at: 1_800_000_200,
  },
  'contracts.Closed': {
    contract: 1,
    node: 1,
    reason: 'Cancelled',
    refund: 90n,
    deposit: 4n,
    tombstoneDeposit: 1n,
    closedAt: 1_800_000_300,
  },
  'contracts.Pruned': { contract: 1, deposit: 1n },
}

/** An event with the default data and these changes: `event('groups.Voted', { member: BOB })`. */
export function event<Type extends keyof EventData>(
  type: Type,
  changes: Partial<EventData[Type]> = {},
): EventInput {
  return [type, { ...defaults[type], ...changes }] as unknown as EventInput
}
