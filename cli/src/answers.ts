/**
 * What each command prints with `--json`. The tests hold every answer that they get against it.
 *
 * Amounts are decimal strings of the smallest unit, times are chain seconds. What the chain keeps
 * (groups, nodes, contracts) is printed whole and may gain fields with the runtime; the fields that
 * are named here stay.
 */
import { agentStatusSchema } from '@covenant/schema/agent-status'
import { EXECUTORS } from '@covenant/schema/policy'
import { z } from 'zod'
import { contract as listedContract } from './commands/contract/list.ts'
import { node as listedNode } from './commands/node/list.ts'
import { proposal as listedProposal } from './commands/proposal/list.ts'

const units = z.string().regex(/^-?\d+$/)
const hex = z.string().regex(/^0x[0-9a-f]*$/)
const hash = z.string().regex(/^0x[0-9a-f]{64}$/)
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const account = z.string()
const time = z.int()
const id = z.int()
const height = z.int()
const weight = z.int()
const block = z.strictObject({ height, hash })
/** A transaction that landed. */
const landed = { block, extrinsicHash: hash, fee: units }

const resources = z.strictObject({
  cpu: z.int(),
  memory: z.int(),
  storage: z.int(),
  gpus: z.int(),
  publicIpv4: z.int(),
})
const member = z.strictObject({ account, weight, permissions: z.array(z.string()) })
const thresholds = z.strictObject({ deploy: weight, cancel: weight, spend: weight, govern: weight })
const vote = z.enum(['Approve', 'Reject'])
const kind = z.enum(['Deploy', 'Cancel', 'Spend', 'Govern'])
const call = z.strictObject({ hex, hash })
const offered = { contract: id, version: z.int(), node: id }
const offerState = z.strictObject({ ...offered, state: z.string().nullable() })
const waited = z.strictObject({
  decided: z.enum(['Executed', 'Rejected']).nullable(),
  offers: z.array(offerState),
})

/** What a vote did, the proposer's own included. */
const voted = {
  address: z.string(),
  group: id,
  proposal: id,
  ...landed,
  closed: z.enum(['Executed', 'Rejected']).nullable(),
  approved: weight,
  rejected: weight,
  threshold: weight,
  missing: weight,
  offers: z.array(z.strictObject(offered)),
  ended: z.array(z.strictObject({ contract: id, refund: units })),
  call,
}
/** A vote; or of a group that is a member, the proposal that it votes. */
const cast = z.union([z.strictObject({ ...voted, waited }), z.strictObject(voted)])
/** What ended a proposal without a decision. */
const closing = z.strictObject({
  ...{ address: z.string(), group: id, proposal: id, proposer: account, deposit: units },
  closed: z.enum(['Withdrawn', 'Cleared']),
  ...landed,
})
const applied = z.strictObject({ offers: z.array(offerState), ...landed })
const proposed = z.strictObject({
  ...voted,
  bodyHash: hash,
  /** Of all contracts together. */
  rate: units,
  escrow: units,
  expires: time,
  parts: z.array(
    z.strictObject({
      ...{ node: id, updates: id.nullable(), rate: units, maxRate: units, escrow: units },
    }),
  ),
  waited: waited.nullable(),
})

const change = z.strictObject({
  what: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  marks: z.array(z.enum(['starts', 'stops', 'restart', 'in place', 'data lost', 'WIDER ACCESS'])),
})

const review = z.strictObject({
  address: z.string(),
  height,
  blockHash: hash,
  group: z.strictObject({ id, name: z.string(), account, epoch: z.int() }),
  kind,
  proposer: account,
  createdAt: time,
  expires: time,
  deposit: units,
  /** Why it can no longer be voted on. */
  stale: z.array(z.string()),
  effect: z.strictObject({
    call: z.string(),
    sentence: z.string(),
    /** What the call says and does, by its kind. */
    facts: z.record(z.string(), z.json()),
    problems: z.array(z.string()),
    /** What it takes of the owner's free money, and what a second costs more from then on. */
    costs: z.strictObject({ takes: units, rate: units }).optional(),
    next: z.array(z.string()),
  }),
  /** What the chain says would come of it now, were it approved. */
  outlook: z.strictObject({
    works: z.boolean(),
    error: z
      .strictObject({ pallet: z.string().nullable(), name: z.string(), docs: z.string() })
      .nullable(),
  }),
  votes: z.strictObject({
    members: z.array(
      z.strictObject({ account, weight, counts: z.boolean(), vote: vote.nullable() }),
    ),
    approved: weight,
    rejected: weight,
    threshold: weight,
    missing: weight,
    yours: z
      .strictObject({ account, weight, vote: vote.nullable(), decides: z.boolean() })
      .nullable(),
  }),
  call: call.extend({ pallet: z.string(), name: z.string(), args: z.json() }),
  bodies: z.array(z.strictObject({ hash, bytes: z.int() })),
  verified: z
    .strictObject({ file: z.string(), isSame: z.boolean(), hash, differences: z.array(change) })
    .nullable(),
})

const plan = z.strictObject({
  height,
  name: z.string(),
  owner: account,
  group: id.nullable(),
  parts: z.array(
    z.strictObject({
      ...{ node: id, action: z.enum(['create', 'update', 'none']), contract: id.nullable() },
      ...{ changes: z.array(change), rate: units.nullable(), escrow: units, deposit: units },
    }),
  ),
  beside: z.array(id),
  /** Of all contracts together. */
  rateNow: units,
  rate: units.nullable(),
  /** For each. */
  maxRate: units,
  leaves: units,
  vote: z.strictObject({ threshold: weight, weight, decides: z.boolean() }).nullable(),
  refusals: z.array(z.string()),
  warnings: z.array(z.string()),
  bodyHash: hash,
  call: call.nullable(),
  basis: z.record(z.string(), z.json()),
})

const balance = {
  free: units,
  reserved: units,
  held: z.array(z.strictObject({ reason: z.string(), amount: units })),
}
const openContract = z.looseObject({
  ...{ id, owner: account, node: id, version: z.int(), escrow: units, due: units, height },
  fundedUntil: units.nullable(),
  graceUntil: time.nullable(),
  state: z.enum(['Offered', 'Running', 'Suspended']),
  ownerGroup: id.nullable(),
  content: z.json(),
})
const closedContract = z.looseObject({ id, state: z.literal('Closed'), height })
const ended = z.looseObject({
  contract: id,
  node: id,
  reason: z.string(),
  refund: units,
  ...landed,
})
const log = z.strictObject({ contract: id, service: z.string(), log: z.string() })
const sandbox = z.union([
  z.strictObject({
    ...{ works: z.literal(true), executor: z.enum(EXECUTORS), version: z.string() },
  }),
  z.strictObject({ works: z.literal(false), message: z.string(), remedy: z.string() }),
])
const key = z.strictObject({ name: z.string(), address: account, file: z.string() })

const inbox = z.strictObject({
  member: account,
  height,
  now: time,
  items: z.array(
    z.strictObject({
      address: z.string(),
      why: z.enum(['decides', 'awaits', 'expires soon', 'stale']),
      group: z.strictObject({ id, name: z.string() }),
      kind,
      sentence: z.string(),
      proposer: account,
      weight,
      missing: weight,
      expires: time,
      reasons: z.array(z.string()),
    }),
  ),
})

const status = z.strictObject({
  member: account,
  height,
  groups: z.array(z.strictObject({ id, name: z.string() })),
  contracts: z.array(
    z.strictObject({
      ...{ id, name: z.string().nullable(), owner: z.string(), state: z.string(), node: id },
      ...{ isSeen: z.boolean(), rate: units, left: units, isLate: z.boolean() },
      ...{ fundedUntil: units.nullable(), isUsedUp: z.boolean() },
    }),
  ),
  waiting: z.int(),
})

const group = z.strictObject({
  ...{ group: id, account, name: z.string(), members: z.array(member), thresholds },
  ...{ block, fee: units, fund: units.nullable(), fundedInBlock: block.nullable() },
  proposal: proposed.nullable(),
})

const doctor = z.strictObject({
  ok: z.boolean(),
  checks: z.array(
    z.strictObject({
      ...{ name: z.string(), ok: z.boolean(), detail: z.string(), help: z.string().optional() },
      state: z.enum(['ok', 'warn', 'fail']),
    }),
  ),
})

/** What the signer did, or has proposed to a group. */
const acted = (shape: z.ZodRawShape) =>
  z.union([z.strictObject({ ...shape, ...landed }), z.strictObject(voted)])
const nodeState = acted({ node: id, state: z.enum(['Active', 'Draining', 'Retired']) })
const upkeep = z.strictObject({
  contract: id,
  /** What happened to it, as the chain tells it. */
  events: z.array(z.strictObject({ type: z.string(), data: z.json() })),
  ...landed,
})

const list = (name: string, item: z.ZodType) =>
  z.strictObject({ [name]: z.array(item), more: z.boolean(), height })

/** With `--print-call`, whatever the command. */
export const printedCall = z.strictObject({
  signer: account,
  call: call.extend({ pallet: z.string(), name: z.string() }),
})

/** With `--wait none`, whatever the command. */
export const leftAlone = z.strictObject({
  extrinsicHash: hash,
  call: call.extend({ pallet: z.string(), name: z.string() }),
})

/** Whatever failed, whatever the command. */
export const failure = z.strictObject({
  error: z.strictObject({ message: z.string(), exitCode: z.int() }),
})

/** By the words of the command. `up`, `agent`, `node run` and `demo` run until they are stopped or played. */
export const ANSWERS: Readonly<Record<string, z.ZodType>> = {
  init: z.strictObject({ file: z.string(), name: z.string() }),
  validate: z.strictObject({
    ...{ file: z.string(), name: z.string(), hash, bytes: z.int(), resources, maxRate: units },
  }),
  plan,
  apply: applied,
  update: z.union([applied, proposed]),
  doctor,
  verify: z.strictObject({
    ...{ ok: z.boolean(), height, hash, rows: z.record(z.string(), z.int()), count: z.int() },
    differences: z.array(
      z.strictObject({
        ...{ table: z.string(), key: z.record(z.string(), z.string()) },
        ...{ column: z.string().nullable(), rows: z.string().nullable() },
        chain: z.string().nullable(),
      }),
    ),
  }),
  reindex: z.strictObject({ height, hash }),
  'chain spec': z.strictObject({
    ...{ file: z.string(), name: z.string(), id: z.string(), chainType: z.string() },
    ...{ slotDurationMs: z.int(), sudo: account.nullable(), genesisHash: hash },
  }),
  'group create': group,
  'group set-members': z.strictObject(voted),
  'group dissolve': z.strictObject(voted),
  'chain authorize-upgrade': z.strictObject(voted),
  'chain set-validators': z.strictObject(voted),
  'chain apply-upgrade': z.strictObject({ codeHash: hash, ...landed }),
  'group show': z.looseObject({
    ...{ id, account, name: z.string(), members: z.array(member), thresholds, height },
    balance: z.strictObject(balance),
    proposals: z.array(z.looseObject({ id, state: z.string(), expires: time })),
  }),
  propose: proposed,
  review,
  approve: cast,
  reject: cast,
  withdraw: closing,
  clear: closing,
  proposals: list('proposals', listedProposal),
  inbox,
  status,
  'network stats': z.strictObject({
    ...{ chain: z.string(), genesisHash: hash, height, hash, now: time, runtime: z.string() },
    nodes: z.strictObject({
      ...{ all: z.int(), seen: z.int(), takingWork: z.int(), total: resources },
      ...{ reserved: resources, regions: z.array(z.string()), cheapestCpu: units.nullable() },
    }),
    contracts: z.strictObject({
      open: z.strictObject({ Offered: z.int(), Running: z.int(), Suspended: z.int() }),
      ...{ ever: z.int(), owners: z.int(), rate: units, escrow: units },
    }),
    ...{ groups: z.int(), totalIssuance: units },
  }),
  completion: z.strictObject({ shell: z.string(), script: z.string() }),
  'keys new': key,
  'keys import': key,
  'keys list': z.strictObject({ folder: z.string(), keys: z.array(key) }),
  'keys show': key.extend({ publicKey: hash }),
  'contract list': list('contracts', listedContract),
  'contract show': z.union([openContract, closedContract]),
  cancel: z.union([ended, z.strictObject(voted)]),
  'top-up': acted({ contract: id, amount: units, escrow: units, state: z.string() }),
  'contract withdraw-update': acted({ contract: id, version: z.int() }),
  'contract settle': upkeep,
  'contract expire': upkeep,
  'contract close': upkeep,
  'contract prune': upkeep,
  'contract logs': log,
  'body drop': z.strictObject({ hash, ...landed }),
  'node list': list('nodes', listedNode),
  'node show': z.looseObject({
    ...{ id, operator: account, agent: account.nullable(), total: resources, reserved: resources },
    ...{ isSeen: z.boolean(), liveNow: z.int(), height },
  }),
  'node init': z.strictObject({
    ...{ folder: z.string(), agent: account, sealingKey: hash, policy: z.string() },
    ...{ policyProblem: z.string().nullable(), sandbox, resources, prices: z.json() },
    attributes: z.array(z.strictObject({ key: z.string(), value: z.string() })),
  }),
  'node register': acted({ node: id, agent: account, operator: account }),
  'node update': acted({
    node: id,
    changes: z.array(
      z.strictObject({
        ...{ what: z.string(), before: z.string().nullable(), after: z.string().nullable() },
      }),
    ),
  }),
  'node rotate': acted({ node: id, agent: account }),
  'node drain': nodeState,
  'node resume': nodeState,
  'node retire': nodeState,
  'node remove': acted({ node: id, deposit: units }),
  'node status': agentStatusSchema.extend({ isRunning: z.boolean() }).strict(),
  'node logs': log,
  'node policy check': z.strictObject({ file: z.string(), policy: z.json() }),
  'node allow': z.strictObject({ owner: z.string(), policy: z.string(), added: z.boolean() }),
  'account show': z.strictObject({
    accounts: z.array(z.strictObject({ name: z.string(), account, ...balance, total: units })),
    ...{ sum: units, totalIssuance: units, height, hash },
  }),
  'account send': acted({ from: account, to: account, amount: units }),
  'image pack': z.strictObject({
    ...{ reference: z.string(), digest, layout: z.string(), files: z.array(z.string()) },
    layerBytes: z.int(),
  }),
  'image pin': z.strictObject({ reference: z.string(), digest }),
  'image push': z.strictObject({ reference: z.string(), digest, sentBytes: z.int() }),
  'image inspect': z.strictObject({
    ...{ reference: z.string(), platform: z.string(), command: z.array(z.string()) },
    layerBytes: z.int(),
    layers: z.array(z.strictObject({ digest, size: z.int(), mediaType: z.string() })),
  }),
}

/** The shape of what these words print. @throws Error where no command of the table begins so */
export function answerOf(words: readonly string[]): z.ZodType {
  if (words.includes('--print-call')) return printedCall
  if (words.includes('none')) return leftAlone
  const [shape] = [3, 2, 1].flatMap((count) => ANSWERS[words.slice(0, count).join(' ')] ?? [])
  if (shape === undefined) throw new Error(`no shape for the answer of ${words.join(' ')}`)
  return shape
}
