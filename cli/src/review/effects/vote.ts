import { z } from 'zod'
import { type CallLike, type Describe, type Effect, id, readArgs, type Scene } from '../effect.ts'

const inner = z.object({ pallet: z.string(), name: z.string(), args: z.json() })
const proposing = z.object({ group: id, call: inner, expires: id })
const approving = z.object({ group: id, proposal: id, call: inner })

/** `groups.propose` and `groups.approve`: a group that is a member of another votes there. */
export async function describeVote(
  call: CallLike,
  scene: Scene,
  describeInner: Describe,
): Promise<Effect> {
  const isProposal = call.name === 'propose'
  const asked = isProposal
    ? { ...readArgs(proposing, call), proposal: null }
    : readArgs(approving, call)
  const { chain, at, owner } = scene
  const { group: groupId, proposal: proposalId } = asked
  const [group, proposal] = await Promise.all([
    chain.groups.get(groupId, at),
    proposalId === null ? null : chain.groups.proposal(groupId, proposalId, at),
  ])
  const there = chain.groups.accountOf(groupId)
  const effect = await describeInner(asked.call, { ...scene, owner: there })
  const name = proposalId === null ? `group ${groupId}` : `${groupId}/${proposalId}`
  const verb = isProposal ? `proposes to group ${groupId}` : `approves ${name}`
  const member = group?.members.find(({ account }) => account === owner)
  return {
    call: `groups.${call.name}`,
    sentence: `${verb}, by which group ${groupId} ${effect.sentence}`,
    sections: effect.sections.map(({ title, text }) => ({
      title: `Group ${groupId}: ${title}`,
      text,
    })),
    facts: { group: groupId, proposal: proposalId, inner: { call: effect.call, ...effect.facts } },
    problems: [
      group === null ? `there is no group ${groupId}` : undefined,
      group !== null && member === undefined
        ? `this group is no member of group ${groupId}`
        : undefined,
      proposalId !== null && proposal === null
        ? `${name} is closed, or was never there`
        : undefined,
      ...effect.problems.map((problem) => `group ${groupId}: ${problem}`),
    ].filter((problem) => problem !== undefined),
    next: [
      `its vote in group ${groupId} counts for ${member?.weight ?? 0}`,
      ...effect.next.map((step) => `if that decides it there: ${step}`),
    ],
    bodies: effect.bodies,
    basis: [group?.epoch, member, proposal?.votes, effect.basis],
  }
}
