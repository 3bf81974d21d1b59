import type { Call, EventData } from '@covenant/chain-client'
import { toJson } from './json.ts'
import { changeOne, type Transaction } from './transaction.ts'

/** Where a proposal was opened or closed. */
type Place = { extrinsicIndex: number | null }

export type ProposalStore = {
  insert(proposal: EventData['groups.Proposed'], call: Call, place: Place): Promise<void>
  /** A member has one vote; a later one replaces it. */
  vote(vote: EventData['groups.Voted']): Promise<void>
  close(closed: EventData['groups.ProposalClosed'], place: Place): Promise<void>
}

export function createProposalStore(transaction: Transaction, height: number): ProposalStore {
  const changeOpen = (group: number, proposal: number, change: string, values: unknown[]) =>
    changeOne(
      transaction,
      `the open proposal ${group}/${proposal}`,
      `UPDATE proposals SET changed_height = $3${change} WHERE group_id = $1 AND id = $2 AND state = 'Open'`,
      [group, proposal, height, ...values],
    )
  return {
    async insert(proposal, call, { extrinsicIndex }) {
      await transaction.query(
        `INSERT INTO proposals (group_id, id, proposer, call, call_pallet, call_name, call_args, kind, epoch,
           transaction_version, created_at, expires, deposit, state, created_height, created_extrinsic, changed_height)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'Open', $14, $15, $14)`,
        [
          proposal.group,
          proposal.proposal,
          proposal.proposer,
          proposal.call,
          call.pallet,
          call.name,
          toJson(call.args),
          proposal.kind,
          proposal.epoch,
          proposal.transactionVersion,
          proposal.createdAt,
          proposal.expires,
          proposal.deposit,
          height,
          extrinsicIndex,
        ],
      )
    },

    async vote({ group, proposal, member, vote, weight }) {
      await changeOpen(group, proposal, '', [])
      await transaction.query(
        `INSERT INTO votes (group_id, proposal_id, member, vote, weight, created_height, changed_height)
         VALUES ($1, $2, $3, $4, $5, $6, $6)
         ON CONFLICT (group_id, proposal_id, member) DO UPDATE
         SET vote = excluded.vote, weight = excluded.weight, changed_height = excluded.changed_height`,
        [group, proposal, member, vote, weight, height],
      )
    },

    close: ({ group, proposal, outcome }, { extrinsicIndex }) =>
      changeOpen(group, proposal, ', state = $4, closed_height = $3, closed_extrinsic = $5', [
        outcome,
        extrinsicIndex,
      ]),
  }
}
