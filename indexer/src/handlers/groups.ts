import type { EventData, Member, Thresholds } from '@covenant/chain-client'
import { inconsistent } from '../errors.ts'
import type { Context, Handlers } from './handler.ts'

export const groupHandlers: Handlers<'groups'> = {
  'groups.GroupCreated'({ group, members, thresholds, account, name, creator, deposit }, context) {
    const { mirror, height } = context
    mirror.groups.insert({
      ...{ id: group, account, name, creator, deposit, ...columnsOf(thresholds) },
      ...{ epoch: 0, nextProposal: 0, beneficiary: null, dissolvedHeight: null },
      ...{ createdHeight: height, changedHeight: height },
    })
    beginEpoch({ group, members, thresholds, epoch: 0 }, context)
  },

  'groups.MembersSet': beginEpoch,

  'groups.Proposed'({ group: groupId, proposal: id, ...proposed }, context) {
    const { mirror, height, extrinsicIndex, decodeCall } = context
    const call = decodeCall(proposed.call)
    mirror.proposals.insert({
      ...{ ...proposed, groupId, id, state: 'Open' },
      ...{ callPallet: call.pallet, callName: call.name, callArgs: call.args },
      ...{ createdHeight: height, createdExtrinsic: extrinsicIndex, changedHeight: height },
      ...{ closedHeight: null, closedExtrinsic: null },
    })
    const group = mirror.groups.get(groupId)
    if (group.nextProposal !== id) {
      throw inconsistent(`group ${groupId} has proposal ${id} where ${group.nextProposal} was due`)
    }
    mirror.groups.change(group, { nextProposal: id + 1, changedHeight: height })
  },

  // A member has one vote; a later one replaces it.
  'groups.Voted'({ group: groupId, proposal: proposalId, member, vote, weight }, context) {
    const { mirror, height: changedHeight } = context
    mirror.proposals.change(openProposal(context, groupId, proposalId), { changedHeight })
    const before = mirror.votes.find(groupId, proposalId, member)
    if (before) mirror.votes.change(before, { vote, weight, changedHeight })
    else {
      const createdHeight = changedHeight
      mirror.votes.insert({
        groupId,
        proposalId,
        member,
        vote,
        weight,
        createdHeight,
        changedHeight,
      })
    }
  },

  'groups.ProposalClosed'({ group, proposal, outcome }, context) {
    const { mirror, height, extrinsicIndex } = context
    mirror.proposals.change(openProposal(context, group, proposal), {
      ...{ state: outcome, changedHeight: height },
      ...{ closedHeight: height, closedExtrinsic: extrinsicIndex },
    })
  },

  // Its members are taken from it; its epochs stay, for those who look back.
  'groups.GroupDissolved'({ group: id, beneficiary }, { mirror, height }) {
    const group = mirror.groups.get(id)
    if (group.dissolvedHeight !== null) throw inconsistent(`group ${id} is dissolved once more`)
    mirror.groups.change(group, { beneficiary, dissolvedHeight: height, changedHeight: height })
    for (const member of mirror.members.sharing(id)) mirror.members.delete(member)
  },
}

type Constitution = Pick<
  EventData['groups.MembersSet'],
  'group' | 'members' | 'thresholds' | 'epoch'
>

/** Makes `members` the group's members, and keeps them for the epoch that begins with them. */
function beginEpoch(
  { group: groupId, members, thresholds, epoch }: Constitution,
  { mirror, height }: Context,
) {
  const columns = columnsOf(thresholds)
  mirror.groups.change(mirror.groups.get(groupId), { epoch, ...columns, changedHeight: height })
  mirror.epochs.insert({
    ...{ groupId, epoch, ...columns, members, createdHeight: height },
    approveWeight: approveWeight(members),
  })
  const staying = new Set(members.map(({ account }) => account))
  for (const member of mirror.members.sharing(groupId)) {
    if (!staying.has(member.account)) mirror.members.delete(member)
  }
  for (const [position, { account, weight, permissions }] of members.entries()) {
    const now = { position, weight, permissions, changedHeight: height }
    const before = mirror.members.find(groupId, account)
    if (before) mirror.members.change(before, now)
    else mirror.members.insert({ groupId, account, ...now, createdHeight: height })
  }
}

function openProposal({ mirror }: Context, group: number, id: number) {
  const proposal = mirror.proposals.get(group, id)
  if (proposal.state !== 'Open') {
    throw inconsistent(`an event changes proposal ${group}/${id}, which is ${proposal.state}`)
  }
  return proposal
}

const columnsOf = ({ deploy, cancel, spend, govern }: Thresholds) => ({
  ...{ thresholdDeploy: deploy, thresholdCancel: cancel },
  ...{ thresholdSpend: spend, thresholdGovern: govern },
})

/** All that can count for or against a proposal. */
function approveWeight(members: Member[]): number {
  return members
    .filter(({ permissions }) => permissions.includes('APPROVE'))
    .reduce((sum, { weight }) => sum + weight, 0)
}
