import type { Call, Chain, Group, Signer } from '@covenant/chain-client'
import { carryOut } from '../../carry-out.ts'
import { requireConsent } from '../../confirm.ts'
import type { Context, Report } from '../../context.ts'
import { bold, indent, paragraphs, warn } from '../../output.ts'
import { describeCall } from '../../review/effects/index.ts'

export type OwnOptions = {
  group: number
  /** Seconds that the proposal may be voted on. */
  expires: number
  yes: boolean
  key?: string
  chain: string
}

type ProposeOwn = Omit<OwnOptions, 'group' | 'key' | 'chain'> & {
  group: Group
  call: Call
  signer: Signer
  context: Context
}

/**
 * Proposes to a group what changes the group, or the chain, itself: after showing what it does, as
 * every approver will see it, since one vote may be enough.
 */
export async function proposeOwn(
  chain: Chain,
  { group, call, expires, yes, signer, context }: ProposeOwn,
): Promise<Report> {
  const { hash: at } = await chain.finalizedHead()
  const now = await chain.clock.now(at)
  const { sentence, sections, problems } = await describeCall(call, {
    ...{ chain, at, now, owner: group.account },
  })
  const what = paragraphs(
    `Group ${group.id} ${sentence}.`,
    problems.map((problem) => warn(`! ${problem}`)).join('\n'),
    ...sections.map(({ title, text }) => `${bold(title)}\n${indent(text)}`),
  )
  await requireConsent(context, { what, question: 'Propose exactly this?', yes })
  const act = { call, as: group.id, expires, yes, what, question: '', aim: sentence }
  return carryOut(chain, { ...act, signer, context }, () => {
    throw new Error('a group proposes')
  })
}
