import type {
  Body,
  BodyHolder,
  Contract,
  ContractImage,
  Group,
  GroupEpoch,
  Member,
  Node,
  Proposal,
  Spec,
  Vote,
} from '@covenant/schema/db'
import { createRows, type Rows, type Table } from './rows.ts'
import type { Transaction } from './transaction.ts'

/**
 * A row of the Prisma schema as it is here: whole numbers of 64 bits as numbers, amounts as bigint,
 * bytes as PostgreSQL's text for them, and as JSON whatever can be written as such.
 */
type RowOf<Model> = { -readonly [Field in keyof Model]: Value<Model[Field]> }
type Value<T> = [Node['attributes']] extends [T] ? unknown : Scalar<T>
type Scalar<T> = T extends bigint
  ? number
  : T extends Uint8Array
    ? string
    : T extends { toDecimalPlaces: unknown }
      ? bigint
      : T

export type NodeRow = RowOf<Node>
export type ContractRow = RowOf<Contract>
export type SpecRow = RowOf<Spec>
export type BodyRow = RowOf<Body>

export type Mirror = {
  groups: Rows<RowOf<Group>>
  epochs: Rows<RowOf<GroupEpoch>>
  members: Rows<RowOf<Member>>
  proposals: Rows<RowOf<Proposal>>
  votes: Rows<RowOf<Vote>>
  nodes: Rows<NodeRow>
  bodies: Rows<BodyRow>
  holders: Rows<RowOf<BodyHolder>>
  contracts: Rows<ContractRow>
  specs: Rows<SpecRow>
  images: Rows<RowOf<ContractImage>>
}

/** In this order a row comes after all that it refers to. */
const TABLES: {
  [Name in keyof Mirror]: Mirror[Name] extends Rows<infer Row> ? Table<Row> : never
} = {
  groups: { name: 'groups', one: 'group', key: ['id'] },
  epochs: { name: 'group_epochs', one: 'epoch', key: ['groupId', 'epoch'] },
  members: { name: 'members', one: 'member', key: ['groupId', 'account'] },
  proposals: {
    name: 'proposals',
    one: 'proposal',
    key: ['groupId', 'id'],
    read: `group_id, id, proposer, kind, epoch, transaction_version, created_at, expires, deposit, state,
      created_height, created_extrinsic, changed_height, closed_height, closed_extrinsic`,
    fixed: ['call', 'callPallet', 'callName', 'callArgs'],
  },
  votes: { name: 'votes', one: 'vote', key: ['groupId', 'proposalId', 'member'] },
  nodes: { name: 'nodes', one: 'node', key: ['id'] },
  bodies: {
    name: 'bodies',
    one: 'body',
    key: ['hash'],
    read: 'hash, reference_count, created_height, changed_height, removed_height, name, image_digests',
    fixed: ['bytes', 'text'],
  },
  holders: { name: 'body_holders', one: 'holder of a body', key: ['bodyHash', 'account'] },
  contracts: { name: 'contracts', one: 'contract', key: ['id'] },
  specs: { name: 'specs', one: 'spec', key: ['contractId', 'version'] },
  images: { name: 'contract_images', one: 'image', key: ['contractId', 'digest'] },
}

/** The rows that a batch of blocks changes, in memory: see {@link Rows}. */
export function openMirror(transaction: Transaction): Mirror {
  const tables = Object.entries(TABLES).map(([name, table]) => [
    name,
    createRows(transaction, table as Table<object>),
  ])
  return Object.fromEntries(tables) as Mirror
}

/** Writes all that has changed. */
export async function writeMirror(mirror: Mirror): Promise<void> {
  for (const rows of Object.values(mirror)) await rows.write()
}
