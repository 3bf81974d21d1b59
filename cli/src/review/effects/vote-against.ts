import { z } from 'zod'
import { type CallLike, type Describe, type Effect, id, readArgs, type Scene } from '../effect.ts'

const args = z.object({ group: id, proposal: id })

const VERBS: Readonly<Record<string, string>> = {
  reject: 'votes against',
  withdraw: 'takes back',
  clear: 'clears away',
}

/** `groups.reject`, `withdraw` and `clear`: a group speaks against a proposal in another, or ends it. */
export async function describeVoteAgainst(
  call: CallLike,
  scene: Scene,
  describeInner: Describe,
): Promise<Effect> {
  const { group: groupId, proposal: proposalId } = readArgs(args, call)
  const { chain, at, owner } = scene
  const [group, proposal] = await Promise.all([
    chain.groups.get(groupId, at),
    chain.groups.proposal(groupId, proposalId, at),
  ])
  const name = `${groupId}/${proposalId}`
  const there = { ...scene, owner: chain.groups.accountOf(groupId) }
  const inner = proposal && (await describeInner(chain.decodeCall(proposal.call), there))
  const about = inner === null ? '' : `, by which group ${groupId} ${inner.sentence}`
  const isMember = group?.members.some(({ account }) => account === owner) ?? false
  return {
    call: `groups.${call.name}`,
    sentence: `${VERBS[call.name] ?? call.name} ${name}${about}`,
    sections: (inner?.sections ?? []).map(({ title, text }) => ({
      title: `Not, or no longer, by group ${groupId}: ${title}`,
      text,
    })),
    facts: { group: groupId, proposal: proposalId, inner: inner && { call: inner.call } },
    problems: [
      proposal === null ? `${name} is closed, or was never there` : undefined,
      call.name === 'reject' && !isMember
        ? `this group is no member of group ${groupId}`
        : undefined,
      call.name === 'withdraw' && proposal !== null && proposal.proposer !== owner
        ? `${name} was proposed by ${proposal.proposer}, who alone may withdraw it`
        : undefined,
    ].filter((problem) => problem !== undefined),
    next: [
      call.name === 'reject'
        ? `its vote in group ${groupId} counts against ${name}`
        : `${name} closes, and its deposit goes back to its proposer`,
    ],
    bodies: inner?.bodies ?? [],
    basis: [group?.epoch, isMember, proposal?.votes, proposal?.proposer],
  }
}
