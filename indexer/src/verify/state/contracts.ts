import type { Contract, Spec } from '@covenant/chain-client'
import { type Row, rowsOf, type StateTable } from '../state.ts'

const contractRow = ({ id, owner, node, state, version, escrow, ...contract }: Contract): Row => ({
  ...{ id, owner, node_id: node, state, version, escrow },
  running_version: contract.running?.version ?? null,
  pending_version: contract.pending?.spec.version ?? null,
  settled_at: contract.settledAt,
  suspended_at: contract.suspendedAt,
  network_key: contract.networkKey,
  health: contract.report?.health ?? null,
  reported_at: contract.report?.at ?? null,
  created_at: contract.createdAt,
  deposit: contract.deposit,
  pruned_height: null,
})

const specRow = (
  contract: number,
  { version, body, resources, rate, sealingVersion, deposit }: Spec,
): Row => ({
  ...{ contract_id: contract, version, body_hash: body, rate, sealing_version: sealingVersion },
  deposit,
  drop_reason: null,
  cpu: resources.cpu,
  memory: resources.memory,
  storage: resources.storage,
  gpus: resources.gpus,
  public_ipv4: resources.publicIpv4,
})

/** What runs, and what is on offer: the storage keeps no other. */
function specRows({ id, running, pending }: Contract): Row[] {
  const offer = pending && { ...specRow(id, pending.spec), deadline: pending.deadline }
  return [...(running ? [specRow(id, running)] : []), ...(offer ? [offer] : [])]
}

export const contractState: StateTable[] = [
  {
    table: 'contracts',
    key: ['id'],
    where: `state <> 'Closed'`,
    rows: (storage) => rowsOf(storage.contracts(), (contract) => [contractRow(contract)]),
  },
  {
    table: 'contracts',
    key: ['id'],
    where: `state = 'Closed' AND pruned_height IS NULL`,
    rows: (storage) =>
      rowsOf(storage.tombstones(), ({ id, owner, node, version, ...tombstone }) => [
        {
          ...{ id, owner, node_id: node, version, state: 'Closed' },
          close_reason: tombstone.reason,
          closed_at: tombstone.closedAt,
          tombstone_body: tombstone.body,
          tombstone_deposit: tombstone.deposit,
          pruned_height: null,
        },
      ]),
  },
  {
    table: 'specs',
    key: ['contract_id', 'version'],
    where: `EXISTS (SELECT FROM contracts WHERE id = contract_id AND state <> 'Closed'
      AND specs.version IN (running_version, pending_version))`,
    rows: (storage) => rowsOf(storage.contracts(), specRows),
  },
  {
    table: 'bodies',
    key: ['hash'],
    where: 'removed_height IS NULL',
    rows: (storage) =>
      rowsOf(storage.bodies(), ({ hash, bytes, references }) => [
        {
          hash,
          bytes: Buffer.from(bytes.slice('0x'.length), 'hex'),
          reference_count: references,
          removed_height: null,
        },
      ]),
  },
  {
    table: 'body_holders',
    key: ['body_hash', 'account'],
    where: 'true',
    rows: (storage) =>
      rowsOf(storage.bodyDeposits(), ({ body, holder, deposit }) => [
        { body_hash: body, account: holder, deposit },
      ]),
  },
]
