import { blake2AsU8a } from '../polkadot/util-crypto.ts'
import * as z from 'zod'
import { addressOf, publicKeyOf } from '../address.ts'
import { InvalidArgument } from '../errors.ts'
import type { Reader } from '../reader.ts'
import {
  account,
  amount,
  bytes,
  type CallShape,
  read,
  text,
  u16,
  u32,
  u64,
  word,
  write,
} from '../shape.ts'
import type { Account, Call, Chain, Permission } from '../types.ts'

const MAX_U32 = 2 ** 32 - 1

/** A group's own account: blake2-256 of "covenant/group" and the id, u32 little endian. */
export function groupAccount(id: number): Account {
  if (!Number.isInteger(id) || id < 0 || id > MAX_U32) {
    throw new InvalidArgument('group', {
      what: `${id} is not a group's id`,
      remedy: `An id is a whole number from 0 to ${MAX_U32}.`,
    })
  }
  const preimage = Buffer.alloc(18)
  preimage.write('covenant/group')
  preimage.writeUInt32LE(id, 14)
  return addressOf(blake2AsU8a(preimage))
}

/** In the order of their bits, from 1. */
const PERMISSIONS = ['PROPOSE', 'APPROVE', 'VETO'] as const

const permissions = z.codec(z.number().int().min(0).max(7), z.array(z.enum(PERMISSIONS)), {
  decode: (bits): Permission[] => PERMISSIONS.filter((_, index) => bits & (1 << index)),
  encode: (list) =>
    PERMISSIONS.reduce((bits, word, at) => bits + (list.includes(word) ? 1 << at : 0), 0),
})

export const outcome = word('Executed', 'Rejected', 'Withdrawn', 'Cleared')
const kind = word('Deploy', 'Cancel', 'Spend', 'Govern')
const vote = word('Approve', 'Reject')
const members = z.array(z.strictObject({ account, weight: u16, permissions }))
const thresholds = z.strictObject({ deploy: u32, cancel: u32, spend: u32, govern: u32 })

export const group = z.strictObject({
  name: text,
  members,
  thresholds,
  epoch: u32,
  nextProposal: u32,
  creator: account,
  deposit: amount,
})

const votes = z.array(
  z.codec(
    z.tuple([account, vote]),
    z.strictObject({ member: z.string(), vote: z.enum(['Approve', 'Reject']) }),
    {
      decode: ([member, vote]) => ({ member, vote }),
      encode: ({ member, vote }): [string, 'Approve' | 'Reject'] => [member, vote],
    },
  ),
)

export const proposal = z.strictObject({
  proposer: account,
  call: bytes,
  kind,
  epoch: u32,
  transactionVersion: u32,
  createdAt: u64,
  expires: u64,
  deposit: amount,
  votes,
})

export const groupsEvents = {
  'groups.GroupCreated': z.strictObject({
    group: u32,
    account,
    creator: account,
    name: text,
    members,
    thresholds,
    deposit: amount,
  }),
  'groups.MembersSet': z.strictObject({ group: u32, members, thresholds, epoch: u32 }),
  'groups.Proposed': z.strictObject({
    group: u32,
    proposal: u32,
    proposer: account,
    call: bytes,
    kind,
    epoch: u32,
    transactionVersion: u32,
    createdAt: u64,
    expires: u64,
    deposit: amount,
  }),
  'groups.Voted': z.strictObject({ group: u32, proposal: u32, member: account, vote, weight: u16 }),
  'groups.ProposalClosed': z.strictObject({
    group: u32,
    proposal: u32,
    outcome,
  }),
  'groups.GroupDissolved': z.strictObject({ group: u32, beneficiary: account, moved: amount }),
}

const groupOf = (id: number, stored: unknown) => ({
  id,
  account: groupAccount(id),
  ...read(group, stored, `groups.Groups(${id})`),
})

const decision = z.nullable(
  z.discriminatedUnion('type', [
    z
      .strictObject({
        type: z.literal('Open'),
        value: z.strictObject({ approved: u32, rejected: u32, threshold: u32, total: u32 }),
      })
      .transform(({ type, value }) => ({ type, ...value })),
    z
      .strictObject({ type: z.enum(['Stale', 'Expired']), value: z.null() })
      .transform(({ type }) => ({ type })),
  ]),
)

export const groupsReads = ({ item, entries, ask, rehearse }: Reader): Chain['groups'] => ({
  accountOf: groupAccount,
  nextId: async (at) => read(u32, await item(at, 'groups', 'nextGroup'), 'groups.NextGroup'),
  async get(id, at) {
    const stored = await item(at, 'groups', 'groups', write(u32, id, 'group'))
    return stored === null ? null : groupOf(id, stored)
  },
  async ofMember(address, at) {
    publicKeyOf(address, 'member')
    const found = await entries(at, 'groups', 'groups')
    return found
      .map(({ keys, value }) => groupOf(read(u32, keys[0], 'groups.Groups key'), value))
      .filter(({ members }) => members.some(({ account }) => account === address))
      .sort((a, b) => a.id - b.id)
  },
  async byAccount(address, at) {
    publicKeyOf(address)
    const path = `groups.GroupOf(${address})`
    return read(z.nullable(u32), await item(at, 'groups', 'groupOf', address), path)
  },
  async proposal(of, id, at) {
    const keys = [write(u32, of, 'group'), write(u32, id, 'proposal')]
    const stored = await item(at, 'groups', 'proposals', ...keys)
    if (stored === null) return null
    return { group: of, id, ...read(proposal, stored, `groups.Proposals(${of}, ${id})`) }
  },
  async decision(of, id, at) {
    const keys = [write(u32, of, 'group'), write(u32, id, 'proposal')]
    return read(decision, await ask(at, 'decision', ...keys), `decision(${of}, ${id})`)
  },
  wouldCarryOut: (of, id, at) =>
    rehearse(at, 'wouldCarryOut', write(u32, of, 'group'), write(u32, id, 'proposal')),
  async proposals(of, at) {
    const found = await entries(at, 'groups', 'proposals', write(u32, of, 'group'))
    return found
      .map(({ keys, value }) => {
        const id = read(u32, keys[1], 'groups.Proposals key')
        return { group: of, id, ...read(proposal, value, `groups.Proposals(${of}, ${id})`) }
      })
      .sort((a, b) => a.id - b.id)
  },
})

export const groupsCalls = (call: CallShape) => ({
  createGroup: z.strictObject({
    name: text,
    members,
    thresholds,
    first: z
      .codec(
        z.nullable(z.tuple([call, u64])),
        z.strictObject({ call: z.custom<Call>(), expires: z.number() }).optional(),
        {
          decode: (first) => (first === null ? undefined : { call: first[0], expires: first[1] }),
          encode: (first): [Call, number] | null =>
            first === undefined ? null : [first.call, first.expires],
        },
      )
      .optional(),
  }),
  propose: z.strictObject({ group: u32, call, expires: u64 }),
  approve: z.strictObject({ group: u32, proposal: u32, call }),
  reject: z.strictObject({ group: u32, proposal: u32 }),
  setMembers: z.strictObject({ members, thresholds }),
  withdraw: z.strictObject({ group: u32, proposal: u32 }),
  clear: z.strictObject({ group: u32, proposal: u32 }),
  dissolve: z.strictObject({ beneficiary: account }),
})
