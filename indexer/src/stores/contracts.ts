import type { EventData } from '@covenant/chain-client'
import { changeOne, type Transaction } from './transaction.ts'

export type ContractStore = {
  insert(
    contract: EventData['contracts.Created'],
    place: { extrinsicIndex: number | null },
  ): Promise<void>
  accept(accepted: EventData['contracts.Accepted']): Promise<void>
  /** Puts another spec on offer, in the place of one that was. */
  offerUpdate(offered: EventData['contracts.UpdateOffered']): Promise<void>
  dropUpdate(dropped: EventData['contracts.UpdateDropped']): Promise<void>
  decline(declined: EventData['contracts.Declined']): Promise<void>
  settle(settled: EventData['contracts.Settled']): Promise<void>
  topUp(toppedUp: EventData['contracts.ToppedUp']): Promise<void>
  report(reported: EventData['contracts.Reported']): Promise<void>
  /** Ends the contract; it names no running spec and no offer any more. */
  close(closed: EventData['contracts.Closed']): Promise<void>
  /** The chain has no tombstone of it any more; the row keeps what it said. */
  prune(contract: number): Promise<void>
}

type NewSpec = Pick<
  EventData['contracts.UpdateOffered'],
  keyof EventData['contracts.UpdateOffered'] & keyof EventData['contracts.Created']
>

export function createContractStore(transaction: Transaction, height: number): ContractStore {
  const change = (contract: number, assignments: string, values: unknown[]) =>
    changeOne(
      transaction,
      `the open contract ${contract}`,
      `UPDATE contracts SET changed_height = $2, ${assignments} WHERE id = $1 AND state <> 'Closed'`,
      [contract, height, ...values],
    )
  const changeSpec = (contract: number, version: number, assignment: string, value: unknown) =>
    changeOne(
      transaction,
      `version ${version} of contract ${contract}`,
      `UPDATE specs SET ${assignment} WHERE contract_id = $1 AND version = $2`,
      [contract, version, value],
    )
  const insertSpec = async (spec: NewSpec) => {
    const { resources } = spec
    await transaction.query(
      `INSERT INTO specs (contract_id, version, body_hash, cpu, memory, storage, gpus, public_ipv4, rate,
         sealing_version, deposit, deadline, created_height)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        spec.contract,
        spec.version,
        spec.body,
        ...[resources.cpu, resources.memory, resources.storage],
        ...[resources.gpus, resources.publicIpv4],
        spec.rate,
        spec.sealingVersion,
        spec.deposit,
        spec.deadline,
        height,
      ],
    )
  }
  /** Makes the images of a body those of the contract, where that condition holds. */
  const nameImages = async (contract: number, body: string, condition: string) => {
    await transaction.query(
      `DELETE FROM contract_images WHERE contract_id = $1 AND ${condition}
         AND digest <> ALL ((SELECT image_digests FROM bodies WHERE hash = $2)::text[])`,
      [contract, body],
    )
    await transaction.query(
      `INSERT INTO contract_images (contract_id, digest)
       SELECT $1, digest FROM bodies CROSS JOIN unnest(image_digests) AS digest WHERE hash = $2 AND ${condition}
       ON CONFLICT DO NOTHING`,
      [contract, body],
    )
  }
  return {
    async insert(contract, { extrinsicIndex }) {
      const { contract: id, version } = contract
      await transaction.query(
        `INSERT INTO contracts (id, owner, node_id, state, version, pending_version, escrow, paid, settled_at,
           created_at, deposit, created_height, created_extrinsic, changed_height, name)
         SELECT $1, $2, $3, 'Offered', $4, $4, $5, 0, 0, $6, $7, $8, $9, $8, name
         FROM bodies WHERE hash = $10`,
        [
          id,
          contract.owner,
          contract.node,
          version,
          contract.escrow,
          contract.createdAt,
          contract.deposit,
          height,
          extrinsicIndex,
          contract.body,
        ],
      )
      await insertSpec({ ...contract, deposit: contract.bodyDeposit })
      await nameImages(id, contract.body, 'true')
    },

    async accept({ contract, version, body, networkKey, settledAt }) {
      await change(
        contract,
        `state = 'Running', running_version = $3, pending_version = NULL, network_key = $4, settled_at = $5,
         name = (SELECT name FROM bodies WHERE hash = $6)`,
        [version, networkKey, settledAt, body],
      )
      await nameImages(contract, body, 'true')
      await changeSpec(contract, version, 'accepted_height = $3', height)
    },

    async offerUpdate(offered) {
      // While nothing runs yet, the offer is what there is to find.
      await change(
        offered.contract,
        `version = $3, pending_version = $3,
         name = CASE WHEN running_version IS NULL THEN (SELECT name FROM bodies WHERE hash = $4) ELSE name END`,
        [offered.version, offered.body],
      )
      await nameImages(
        offered.contract,
        offered.body,
        'EXISTS (SELECT FROM contracts WHERE id = $1 AND running_version IS NULL)',
      )
      await insertSpec(offered)
    },

    async dropUpdate({ contract, version, reason }) {
      await change(contract, 'pending_version = NULL', [])
      await changeSpec(contract, version, 'drop_reason = $3', reason)
    },

    async decline({ contract, version, reason }) {
      await change(contract, 'pending_version = pending_version', [])
      await changeSpec(contract, version, 'decline_reason = $3', reason)
    },

    settle: ({ contract, paid, escrow, settledAt, state, at }) =>
      change(
        contract,
        `state = $3, escrow = $4, paid = paid + $5, settled_at = $6,
         suspended_at = CASE WHEN $3 = 'Suspended' THEN $7 ELSE suspended_at END`,
        [state, escrow, paid, settledAt, at],
      ),

    topUp: ({ contract, escrow, settledAt, state }) =>
      change(contract, 'state = $3, escrow = $4, settled_at = $5, suspended_at = NULL', [
        state,
        escrow,
        settledAt,
      ]),

    report: ({ contract, health, at }) =>
      change(contract, 'health = $3, reported_at = $4', [health, at]),

    close: ({ contract, reason, refund, tombstoneDeposit, closedAt }) =>
      change(
        contract,
        `state = 'Closed', escrow = 0, running_version = NULL, pending_version = NULL, closed_height = $2,
         closed_at = $3, close_reason = $4, refund = $5, tombstone_deposit = $6,
         tombstone_body = (SELECT body_hash FROM specs WHERE contract_id = contracts.id
           AND specs.version = coalesce(running_version, pending_version))`,
        [closedAt, reason, refund, tombstoneDeposit],
      ),

    prune: (contract) =>
      changeOne(
        transaction,
        `the tombstone of contract ${contract}`,
        `UPDATE contracts SET changed_height = $2, pruned_height = $2
         WHERE id = $1 AND state = 'Closed' AND pruned_height IS NULL`,
        [contract, height],
      ),
  }
}
