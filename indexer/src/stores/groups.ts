import type { EventData, Member, Thresholds } from '@covenant/chain-client'
import { toJson } from './json.ts'
import { changeOne, type Transaction } from './transaction.ts'

export type GroupStore = {
  insert(group: {
    id: number
    account: string
    name: string
    creator: string
    deposit: bigint
    thresholds: Thresholds
  }): Promise<void>
  /** Makes `members` the group's members, and keeps them for the epoch that begins with them. */
  setMembers(
    group: number,
    constitution: { members: Member[]; thresholds: Thresholds; epoch: number },
  ): Promise<void>
  setNextProposal(group: number, next: number): Promise<void>
  /** Takes its members from it; its epochs stay, for those who look back. */
  dissolve(dissolved: EventData['groups.GroupDissolved']): Promise<void>
}

export function createGroupStore(transaction: Transaction, height: number): GroupStore {
  return {
    async insert({ id, account, name, creator, deposit, thresholds }) {
      await transaction.query(
        `INSERT INTO groups (id, account, name, creator, deposit, epoch, threshold_deploy, threshold_cancel,
           threshold_spend, threshold_govern, next_proposal, created_height, changed_height)
         VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, 0, $10, $10)`,
        [id, account, name, creator, deposit, ...inOrder(thresholds), height],
      )
    },

    async setMembers(group, { members, thresholds, epoch }) {
      await changeOne(
        transaction,
        `group ${group}`,
        `UPDATE groups SET epoch = $2, threshold_deploy = $3, threshold_cancel = $4, threshold_spend = $5,
           threshold_govern = $6, changed_height = $7
         WHERE id = $1`,
        [group, epoch, ...inOrder(thresholds), height],
      )
      await transaction.query(
        `INSERT INTO group_epochs (group_id, epoch, threshold_deploy, threshold_cancel, threshold_spend,
           threshold_govern, members, approve_weight, created_height)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [group, epoch, ...inOrder(thresholds), toJson(members), approveWeight(members), height],
      )
      await transaction.query('DELETE FROM members WHERE group_id = $1 AND account <> ALL ($2)', [
        group,
        members.map(({ account }) => account),
      ])
      await transaction.query(
        `INSERT INTO members (group_id, account, position, weight, permissions, created_height, changed_height)
         SELECT $1, account, position, weight, permissions, $3, $3
         FROM jsonb_to_recordset($2) AS member (account text, position int, weight int, permissions text[])
         ON CONFLICT (group_id, account) DO UPDATE
         SET position = excluded.position, weight = excluded.weight, permissions = excluded.permissions,
           changed_height = excluded.changed_height`,
        [group, toJson(members.map((member, position) => ({ ...member, position }))), height],
      )
    },

    setNextProposal: (group, next) =>
      changeOne(
        transaction,
        `group ${group}`,
        'UPDATE groups SET next_proposal = $2, changed_height = $3 WHERE id = $1 AND next_proposal = $2 - 1',
        [group, next, height],
      ),

    async dissolve({ group, beneficiary }) {
      await changeOne(
        transaction,
        `group ${group} that is not dissolved`,
        `UPDATE groups SET beneficiary = $2, dissolved_height = $3, changed_height = $3
         WHERE id = $1 AND dissolved_height IS NULL`,
        [group, beneficiary, height],
      )
      await transaction.query('DELETE FROM members WHERE group_id = $1', [group])
    },
  }
}

const inOrder = ({ deploy, cancel, spend, govern }: Thresholds) => [deploy, cancel, spend, govern]

/** All that can count for or against a proposal. */
function approveWeight(members: Member[]): number {
  return members
    .filter(({ permissions }) => permissions.includes('APPROVE'))
    .reduce((sum, { weight }) => sum + weight, 0)
}
