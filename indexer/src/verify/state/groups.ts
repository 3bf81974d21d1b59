import type { Group, Thresholds } from '@covenant/chain-client'
import { rowsOf, type StateTable } from '../state.ts'

const thresholdColumns = ({ deploy, cancel, spend, govern }: Thresholds) => ({
  threshold_deploy: deploy,
  threshold_cancel: cancel,
  threshold_spend: spend,
  threshold_govern: govern,
})

/** The sum of the weights of those who may approve. */
const approveWeight = ({ members }: Group) =>
  members.reduce(
    (sum, { weight, permissions }) => sum + (permissions.includes('APPROVE') ? weight : 0),
    0,
  )

const OPEN = `state = 'Open'`

export const groupState: StateTable[] = [
  {
    table: 'groups',
    key: ['id'],
    where: 'dissolved_height IS NULL',
    rows: (storage) =>
      rowsOf(storage.groups(), ({ id, account, name, creator, deposit, epoch, ...group }) => [
        {
          ...{ id, account, name, creator, deposit, epoch },
          ...thresholdColumns(group.thresholds),
          next_proposal: group.nextProposal,
          dissolved_height: null,
          beneficiary: null,
        },
      ]),
  },
  {
    table: 'members',
    key: ['group_id', 'account'],
    where: 'true',
    rows: (storage) =>
      rowsOf(storage.groups(), ({ id, members }) =>
        members.map(({ account, weight, permissions }, position) => ({
          ...{ group_id: id, account, position, weight, permissions },
        })),
      ),
  },
  {
    table: 'group_epochs',
    key: ['group_id', 'epoch'],
    where: `EXISTS (SELECT FROM groups WHERE id = group_id AND groups.epoch = group_epochs.epoch
      AND dissolved_height IS NULL)`,
    rows: (storage) =>
      rowsOf(storage.groups(), (group) => [
        {
          ...{ group_id: group.id, epoch: group.epoch, members: group.members },
          ...thresholdColumns(group.thresholds),
          approve_weight: approveWeight(group),
        },
      ]),
  },
  {
    table: 'proposals',
    key: ['group_id', 'id'],
    where: OPEN,
    rows: (storage) =>
      rowsOf(storage.proposals(), ({ group, id, proposer, call, kind, epoch, ...proposal }) => [
        {
          ...{ group_id: group, id, proposer, call, kind, epoch, state: 'Open' },
          transaction_version: proposal.transactionVersion,
          created_at: proposal.createdAt,
          expires: proposal.expires,
          deposit: proposal.deposit,
        },
      ]),
  },
  {
    table: 'votes',
    key: ['group_id', 'proposal_id', 'member'],
    where: `(group_id, proposal_id) IN (SELECT group_id, id FROM proposals WHERE ${OPEN})`,
    rows: (storage) =>
      rowsOf(storage.proposals(), ({ group, id, votes }) =>
        votes.map(({ member, vote }) => ({ group_id: group, proposal_id: id, member, vote })),
      ),
  },
]
