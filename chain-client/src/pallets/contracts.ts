import * as z from 'zod'
import { publicKeyOf } from '../address.ts'
import type { Reader } from '../reader.ts'
import { account, amount, bytes, bytes32, read, u32, u64, word, write } from '../shape.ts'
import type { Chain, CloseReason, Contract, DeclineReason, DropReason, Hex } from '../types.ts'
import { resources } from './nodes.ts'

const DECLINE_WORDS = ['Policy', 'Capacity', 'Image', 'Secrets', 'Price', 'Hardware'] as const
const OTHER = /^Other\((?<code>\d{1,3})\)$/

/** `Policy` and its like are words; `Other` carries a number from 0 to 255. */
const declineReason = z.codec(
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.enum(DECLINE_WORDS), value: z.null() }),
    z.strictObject({ type: z.literal('Other'), value: z.number().int().min(0).max(255) }),
  ]),
  z.custom<DeclineReason>(isDeclineReason, 'it is no reason; one is Policy, another Other(7)'),
  {
    decode: (reason) =>
      reason.type === 'Other' ? (`Other(${reason.value})` as const) : reason.type,
    encode: (reason) => {
      const code = OTHER.exec(reason)?.groups?.['code']
      if (code !== undefined) return { type: 'Other' as const, value: Number(code) }
      return { type: reason as (typeof DECLINE_WORDS)[number], value: null }
    },
  },
)

function isDeclineReason(value: unknown): value is DeclineReason {
  if (typeof value !== 'string') return false
  const code = OTHER.exec(value)?.groups?.['code']
  return code === undefined ? DECLINE_WORDS.some((word) => word === value) : Number(code) <= 255
}

const closeReason = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.enum(['Cancelled', 'Expired', 'OutOfFunds', 'NodeRetired']),
      value: z.null(),
    }),
    z.strictObject({ type: z.enum(['Declined', 'Terminated']), value: declineReason }),
  ])
  .transform((reason): CloseReason =>
    reason.value === null ? reason.type : `${reason.type}(${reason.value})`,
  )

const dropReason = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.enum(['Withdrawn', 'Expired']), value: z.null() }),
    z.strictObject({ type: z.literal('Declined'), value: declineReason }),
  ])
  .transform((reason): DropReason =>
    reason.value === null ? reason.type : `${reason.type}(${reason.value})`,
  )

const health = word('Starting', 'Healthy', 'Unhealthy', 'Ended')

const contractState = word('Offered', 'Running', 'Suspended')

const spec = z.strictObject({
  version: u32,
  body: bytes32,
  resources,
  rate: amount,
  sealingVersion: u32,
  deposit: amount,
})

export const contract = z.strictObject({
  owner: account,
  node: u32,
  state: contractState,
  running: z.nullable(spec),
  pending: z.nullable(z.strictObject({ spec, deadline: u64 })),
  version: u32,
  escrow: amount,
  settledAt: u64,
  suspendedAt: z.nullable(u64),
  networkKey: z.nullable(bytes32),
  createdAt: u64,
  deposit: amount,
  report: z.nullable(z.strictObject({ health, at: u64 })),
})

export const tombstone = z.strictObject({
  owner: account,
  node: u32,
  reason: closeReason,
  closedAt: u64,
  version: u32,
  body: bytes32,
  deposit: amount,
})

export const body = z.strictObject({ bytes, holders: u32, references: u32 })

export const contractsEvents = {
  'contracts.BodyNoted': z.strictObject({ hash: bytes32, who: account, bytes, deposit: amount }),
  'contracts.BodyDropped': z.strictObject({ hash: bytes32, who: account }),
  'contracts.BodyRemoved': z.strictObject({ hash: bytes32 }),
  'contracts.Created': z.strictObject({
    contract: u64,
    owner: account,
    node: u32,
    version: u32,
    body: bytes32,
    resources,
    rate: amount,
    sealingVersion: u32,
    escrow: amount,
    deposit: amount,
    bodyDeposit: amount,
    deadline: u64,
    createdAt: u64,
  }),
  'contracts.UpdateOffered': z.strictObject({
    contract: u64,
    node: u32,
    version: u32,
    body: bytes32,
    resources,
    rate: amount,
    sealingVersion: u32,
    deposit: amount,
    deadline: u64,
  }),
  'contracts.UpdateDropped': z.strictObject({
    contract: u64,
    node: u32,
    version: u32,
    reason: dropReason,
  }),
  'contracts.Accepted': z.strictObject({
    contract: u64,
    node: u32,
    version: u32,
    body: bytes32,
    networkKey: bytes32,
    settledAt: u64,
  }),
  'contracts.Declined': z.strictObject({
    contract: u64,
    node: u32,
    version: u32,
    reason: declineReason,
  }),
  'contracts.Settled': z.strictObject({
    contract: u64,
    node: u32,
    paid: amount,
    escrow: amount,
    settledAt: u64,
    state: contractState,
    at: u64,
  }),
  'contracts.ToppedUp': z.strictObject({
    contract: u64,
    node: u32,
    who: account,
    amount,
    escrow: amount,
    settledAt: u64,
    state: contractState,
  }),
  'contracts.Reported': z.strictObject({ contract: u64, node: u32, health, at: u64 }),
  'contracts.Closed': z.strictObject({
    contract: u64,
    node: u32,
    reason: closeReason,
    refund: amount,
    deposit: amount,
    tombstoneDeposit: amount,
    closedAt: u64,
  }),
  'contracts.Pruned': z.strictObject({ contract: u64, deposit: amount }),
}

const storedOf = (id: number, stored: unknown) =>
  read(contract, stored, `contracts.Contracts(${id})`)

const contractOf = (id: number, stored: unknown) => ({ id, ...storedOf(id, stored) })

const funds = z.nullable(
  z.strictObject({
    due: amount,
    state: contractState,
    // A small rate lasts for longer than a number can count.
    fundedUntil: z.nullable(z.bigint()),
    graceUntil: z.nullable(u64),
  }),
)

export function contractsReads({ item, items, entries, ask }: Reader): Chain['contracts'] {
  /** Of the last look at several: few contracts change from one block to the next. */
  let known = new Map<string, ReturnType<typeof storedOf>>()

  async function several(ids: readonly number[], at?: string): Promise<Map<number, Contract>> {
    const keys = ids.map((id) => write(u64, id, 'contract'))
    const found = await items(at, 'contracts', 'contracts', keys)
    const latest: typeof known = new Map()
    const open = new Map<number, Contract>()
    for (const [index, stored] of found.entries()) {
      const id = ids[index] as number
      if (stored === null) continue
      const { fingerprint, decode } = stored
      const fields = known.get(fingerprint) ?? storedOf(id, decode())
      latest.set(fingerprint, fields)
      open.set(id, { id, ...fields })
    }
    known = latest
    return open
  }

  async function all(at?: string): Promise<Contract[]> {
    const found = await entries(at, 'contracts', 'contracts')
    return found
      .map(({ keys, value }) => contractOf(read(u64, keys[0], 'contracts.Contracts key'), value))
      .sort((a, b) => a.id - b.id)
  }
  return {
    all,
    nextId: async (at) =>
      read(u64, await item(at, 'contracts', 'nextContract'), 'contracts.NextContract'),
    async get(id, at) {
      const stored = await item(at, 'contracts', 'contracts', write(u64, id, 'contract'))
      return stored === null ? null : contractOf(id, stored)
    },
    several,
    funds: async (id, at) =>
      read(funds, await ask(at, 'funds', write(u64, id, 'contract')), `funds(${id})`),
    async ofOwner(address, at) {
      publicKeyOf(address, 'owner')
      return (await all(at)).filter(({ owner }) => owner === address)
    },
    async tombstone(id, at) {
      const stored = await item(at, 'contracts', 'tombstones', write(u64, id, 'contract'))
      return stored === null
        ? null
        : { id, ...read(tombstone, stored, `contracts.Tombstones(${id})`) }
    },
    async body(hash, at) {
      const stored = await item(at, 'contracts', 'bodies', write(bytes32, hash as Hex, 'body'))
      if (stored === null) return null
      return { hash: hash.toLowerCase() as Hex, ...read(body, stored, `contracts.Bodies(${hash})`) }
    },
  }
}

export const contractsCalls = {
  noteBody: z.strictObject({ bytes }),
  dropBody: z.strictObject({ hash: bytes32 }),
  create: z.strictObject({
    node: u32,
    body: bytes32,
    resources,
    maxRate: amount,
    escrow: amount,
    deadline: u64,
  }),
  accept: z.strictObject({ contract: u64, version: u32, body: bytes32, networkKey: bytes32 }),
  decline: z.strictObject({ contract: u64, version: u32, reason: declineReason }),
  cancel: z.strictObject({ contract: u64 }),
  settle: z.strictObject({ contract: u64 }),
  update: z.strictObject({
    contract: u64,
    base: u32,
    body: bytes32,
    resources,
    maxRate: amount,
    deadline: u64,
  }),
  withdrawUpdate: z.strictObject({ contract: u64 }),
  terminate: z.strictObject({ contract: u64, reason: declineReason }),
  report: z.strictObject({ contract: u64, health }),
  topUp: z.strictObject({ contract: u64, amount }),
  expire: z.strictObject({ contract: u64 }),
  close: z.strictObject({ contract: u64 }),
  prune: z.strictObject({ contract: u64 }),
}
