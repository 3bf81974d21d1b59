import { isDigest } from '@covenant/schema/image'
import { decodeAccount, encodeAccount } from '@covenant/schema/ss58'
import type { Context } from '../context.ts'
import { badInput } from '../errors.ts'
import { parseText } from '../inputs.ts'
import { sql } from '../sql.ts'
import { type ContractRow, contractOfImageList } from './contracts.ts'
import type { GroupRow } from './groups.ts'
import type { NodeRow } from './nodes.ts'
import { type ProposalRow, proposalAddress } from './proposals.ts'

export type Found =
  | { type: 'Group'; row: GroupRow }
  | { type: 'Proposal'; row: ProposalRow }
  | { type: 'Node'; row: NodeRow }
  | { type: 'Contract'; row: ContractRow }
  | { type: 'Account'; row: { address: string } }

/** Of one kind; what has more is listed where it can be paged through. */
export const MAX_FOUND = 20
const MAX_TEXT = 200

type Reading = Pick<Context, 'load' | 'snapshot'>

/**
 * What a text may stand for, by its shape alone: a number, GROUP/PROPOSAL, a hash or public key in
 * hexadecimal digits, an address, an image's digest; else the name of a group or deployment.
 */
export async function search(given: string, reading: Reading): Promise<Found[]> {
  const text = parseText('text', given.trim())
  if (text.length > MAX_TEXT) {
    throw badInput(
      `\`text\` has ${text.length} characters; what can be found has ${MAX_TEXT} at most.`,
    )
  }
  if (/^\d{1,15}$/.test(text)) return ofNumber(Number(text), reading)
  const [, group, proposal] = /^(\d{1,15})\/(\d{1,15})$/.exec(text) ?? []
  if (group !== undefined) return ofProposal(Number(group), Number(proposal), reading)
  const publicKey = decodeAccount(text)
  const account = publicKey === undefined ? [] : await ofAccount(encodeAccount(publicKey), reading)
  if (/^0x[0-9a-f]{64}$/i.test(text)) return [...(await ofBody(text, reading)), ...account]
  if (publicKey !== undefined) return account
  const digest = text.slice(text.indexOf('@') + 1)
  return isDigest(digest) ? ofImage(digest, reading) : ofName(text, reading)
}

async function ofNumber(id: number, { load }: Reading): Promise<Found[]> {
  const [group, node, contract] = await Promise.all([
    load.group.load(id),
    load.node.load(id),
    load.contract.load(id),
  ])
  return [
    ...(contract ? [{ type: 'Contract' as const, row: contract }] : []),
    ...(node ? [{ type: 'Node' as const, row: node }] : []),
    ...(group ? [{ type: 'Group' as const, row: group }] : []),
  ]
}

async function ofProposal(group: number, id: number, { load }: Reading): Promise<Found[]> {
  const row = await load.proposal.load(proposalAddress(group, id))
  return row ? [{ type: 'Proposal', row }] : []
}

/** Every valid address is an account; a group's or an agent's leads to these too. */
async function ofAccount(address: string, { load }: Reading): Promise<Found[]> {
  const [group, node] = await Promise.all([
    load.groupByAccount.load(address),
    load.nodeByAgent.load(address),
  ])
  return [
    ...(group ? [{ type: 'Group' as const, row: group }] : []),
    ...(node ? [{ type: 'Node' as const, row: node }] : []),
    { type: 'Account', row: { address } },
  ]
}

/** The newest contracts that a body was offered for. */
async function ofBody(hash: string, { snapshot }: Reading): Promise<Found[]> {
  const rows = await snapshot.query<ContractRow>(sql`
    select * from contracts
    where id in (select contract_id from specs where body_hash = ${hash.toLowerCase()})
    order by id desc limit ${MAX_FOUND}`)
  return rows.map((row) => ({ type: 'Contract', row }))
}

/** The newest contracts that have the image. */
async function ofImage(digest: string, { snapshot }: Reading): Promise<Found[]> {
  const rows = await snapshot.query<ContractRow>(sql`
    select t.* from ${contractOfImageList.from} t
    where image_digest = ${digest} order by id desc limit ${MAX_FOUND}`)
  return rows.map((row) => ({ type: 'Contract', row }))
}

async function ofName(name: string, { snapshot }: Reading): Promise<Found[]> {
  const [groups, contracts] = [
    await snapshot.query<GroupRow>(sql`
      select * from groups where name = ${name} order by id desc limit ${MAX_FOUND}`),
    await snapshot.query<ContractRow>(sql`
      select * from contracts where name = ${name} order by id desc limit ${MAX_FOUND}`),
  ]
  return [
    ...groups.map((row) => ({ type: 'Group' as const, row })),
    ...contracts.map((row) => ({ type: 'Contract' as const, row })),
  ]
}
