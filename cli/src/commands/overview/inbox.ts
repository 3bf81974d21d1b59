import { quoted } from '../../visible.ts'
import type { Chain } from '@covenant/chain-client'
import { memberOf } from '../../accounts.ts'
import { createExecutor } from '../../inbox-exec.ts'
import { EXIT } from '../../exit-codes.ts'
import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { type Inbox, type InboxItem, readInbox, type Why } from '../../inbox.ts'
import { bold, formatDistance, indent, paragraphs, warn } from '../../output.ts'

export type InboxOptions = {
  member?: string
  watch: boolean
  /** A program that is run for each new entry. */
  exec?: string
  key?: string
  chain: string
}

/** What awaits a member's vote; with `watch` again whenever that changes, until it is stopped. */
export async function inbox(
  { member: name, watch, exec, key, chain: endpoint }: InboxOptions,
  context: Context,
): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    const member = memberOf({ member: name, key })
    const executor = exec === undefined ? undefined : createExecutor(exec, endpoint, context.say)
    if (watch) {
      await watchInbox(chain, member, async (found) => {
        context.emit(reportInbox(found))
        await executor?.run(found)
      })
    }
    const found = await readInbox(chain, member)
    const failed = (await executor?.run(found)) ?? 0
    return { ...reportInbox(found), exitCode: failed > 0 ? EXIT.failure : EXIT.ok }
  })
}

/** Goes on until the signal aborts, or for ever; what comes meanwhile waits for what `tell` does. */
export async function watchInbox(
  chain: Chain,
  member: string,
  tell: (found: Inbox) => unknown,
  signal?: AbortSignal,
): Promise<void> {
  let last = ''
  const over = Promise.withResolvers<void>()
  let looking = Promise.resolve()
  const stop = chain.watchFinalized(() => {
    looking = looking.then(async () => {
      if (signal?.aborted) return
      const found = await readInbox(chain, member)
      // What only time has changed is nothing new.
      const now = JSON.stringify(found.items)
      const isNew = now !== last
      last = now
      if (isNew) await tell(found)
    })
    looking.catch(over.reject)
  })
  signal?.addEventListener('abort', () => over.resolve(), { once: true })
  try {
    await over.promise
  } finally {
    stop()
  }
}

const TITLES: Record<Why, string> = {
  decides: 'Your vote decides',
  awaits: 'Your vote is awaited',
  'expires soon': 'You approved, and it expires soon',
  stale: 'Went stale',
}

export function reportInbox(found: Inbox): Report {
  const parts = (Object.keys(TITLES) as Why[]).map((why) => {
    const items = found.items.filter((item) => item.why === why)
    if (items.length === 0) return undefined
    return `${bold(TITLES[why])}\n${indent(items.map((item) => showItem(item, found.now)).join('\n'))}`
  })
  const text = found.items.length === 0 ? 'Nothing awaits you.' : paragraphs(...parts)
  return { data: found, text }
}

function showItem({ address, group, sentence, why, ...item }: InboxItem, now: number): string {
  const { weight, missing, expires, reasons } = item
  const next = why === 'stale' ? 'propose it again' : `covenant review ${address}`
  const facts = [
    `${missing} missing, you weigh ${weight}`,
    `${expires < now ? 'expired' : 'expires'} ${formatDistance(expires, now)}`,
  ]
  return [
    `${bold(address)}  group ${group.id} ${quoted(group.name)} ${sentence}`,
    indent(why === 'stale' ? warn(reasons.join('; ')) : facts.join(', '), '     '),
    indent(next, '     '),
  ].join('\n')
}
