import type { Handlers } from './handler.ts'

export const groupHandlers: Handlers<'groups'> = {
  async 'groups.GroupCreated'({ group, members, thresholds, ...rest }, { groups }) {
    await groups.insert({ id: group, thresholds, ...rest })
    await groups.setMembers(group, { members, thresholds, epoch: 0 })
  },

  'groups.MembersSet': ({ group, ...constitution }, { groups }) =>
    groups.setMembers(group, constitution),

  async 'groups.Proposed'(proposed, { groups, proposals, decodeCall, extrinsicIndex }) {
    await proposals.insert(proposed, decodeCall(proposed.call), { extrinsicIndex })
    await groups.setNextProposal(proposed.group, proposed.proposal + 1)
  },

  'groups.Voted': (voted, { proposals }) => proposals.vote(voted),

  'groups.ProposalClosed': (closed, { proposals, extrinsicIndex }) =>
    proposals.close(closed, { extrinsicIndex }),

  'groups.GroupDissolved': (dissolved, { groups }) => groups.dissolve(dissolved),
}
