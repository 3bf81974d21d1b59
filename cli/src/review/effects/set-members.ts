import type { Group, Member } from '@covenant/chain-client'
import { z } from 'zod'
import { count, table } from '../../output.ts'
import { type CallLike, type Effect, id, readArgs, type Scene } from '../effect.ts'

const args = z.object({
  members: z.array(
    z.object({
      account: z.string(),
      weight: id,
      permissions: z.array(z.enum(['PROPOSE', 'APPROVE', 'VETO'])),
    }),
  ),
  thresholds: z.object({ deploy: id, cancel: id, spend: id, govern: id }),
})
const KINDS = ['deploy', 'cancel', 'spend', 'govern'] as const

/** `groups.setMembers`: who decides from then on, and by which weight. */
export async function describeSetMembers(
  call: CallLike,
  { chain, at, owner }: Scene,
): Promise<Effect> {
  const after = readArgs(args, call)
  const groupId = await chain.groups.byAccount(owner, at)
  const group = groupId === null ? null : await chain.groups.get(groupId, at)
  const open = groupId === null ? [] : await chain.groups.proposals(groupId, at)
  const others = open.filter(({ epoch }) => epoch === group?.epoch).length - 1
  const changes = [
    ...memberChanges(group, after.members),
    ...thresholdChanges(group, after.thresholds),
  ]
  return {
    call: 'groups.setMembers',
    sentence: `changes who decides, and by which weight: ${count(changes.length, 'change')}`,
    sections: [
      {
        title: 'Changes',
        text: table(
          ['WHAT', 'NOW', 'THEN'],
          changes.map(({ what, before, after }) => [what, before, after]),
          'none: members and thresholds stay as they are',
        ),
      },
    ],
    facts: { ...after, changes },
    problems: group === null ? ['only a group can do this'] : [],
    next: [
      'members and thresholds are the new ones at once',
      others > 0
        ? `what else is open in the group becomes stale: ${count(others, 'proposal')}`
        : 'no other proposal is open',
    ],
    bodies: [],
    basis: [group?.epoch, others],
  }
}

type Difference = { what: string; before: string | null; after: string | null }

function memberChanges(group: Group | null, members: Member[]): Difference[] {
  const before = new Map(group?.members.map((member) => [member.account, written(member)]))
  const after = new Map(members.map((member) => [member.account, written(member)]))
  return differences(before, after)
}

function thresholdChanges(group: Group | null, thresholds: Group['thresholds']): Difference[] {
  const named = (of: Group['thresholds'] | undefined) =>
    new Map(
      KINDS.flatMap((kind) => (of === undefined ? [] : [[`${kind} threshold`, String(of[kind])]])),
    )
  return differences(named(group?.thresholds), named(thresholds))
}

function differences(before: Map<string, string>, after: Map<string, string>): Difference[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((what) => ({ what, before: before.get(what) ?? null, after: after.get(what) ?? null }))
    .filter(({ before, after }) => before !== after)
}

const written = ({ weight, permissions }: Member) =>
  `${weight} ${permissions.join('+').toLowerCase()}`
