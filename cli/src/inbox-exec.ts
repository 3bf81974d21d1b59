/** `inbox --exec`: one program for each entry that is new. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Inbox, InboxItem } from './inbox.ts'
import { formatTime, toJsonLine } from './output.ts'
import { oneLine } from './visible.ts'

export type Executor = {
  /**
   * Runs the program for each entry that the last inbox had not, or had for another reason; one
   * after the other. How many of them failed, each of which is told.
   */
  run: (inbox: Inbox) => Promise<number>
}

/**
 * `program` is started as it is written: one file, without a shell and without arguments, so nothing
 * that an entry says is ever taken for a command. It gets the entry as one line of JSON on stdin, and
 * its parts as COVENANT_… variables.
 */
export function createExecutor(
  program: string,
  endpoint: string,
  say: (line: string) => void,
): Executor {
  let last = new Set<string>()
  const keyOf = ({ address, why }: InboxItem) => `${address} ${why}`
  return {
    async run(inbox) {
      const before = last
      last = new Set(inbox.items.map(keyOf))
      let failed = 0
      for (const item of inbox.items.filter((item) => !before.has(keyOf(item)))) {
        const problem = await execute(program, { item, inbox, endpoint })
        if (problem === undefined) continue
        failed += 1
        say(`--exec ${program}: ${problem}, for ${item.address} (${item.why}); the inbox goes on`)
      }
      return failed
    },
  }
}

type Entry = { item: InboxItem; inbox: Inbox; endpoint: string }

/** What went wrong; undefined where it ended well. */
async function execute(
  program: string,
  { item, inbox, endpoint }: Entry,
): Promise<string | undefined> {
  const { member, height } = inbox
  const child = spawn(program, [], {
    // Its words are not this command's answer, which `--json` keeps stdout for.
    stdio: ['pipe', 2, 2],
    env: {
      ...process.env,
      COVENANT_CHAIN: endpoint,
      COVENANT_MEMBER: member,
      ...variablesOf(item),
    },
  })
  // Whoever does not read its stdin needs not.
  child.stdin?.on('error', () => {})
  child.stdin?.end(toJsonLine({ ...item, member, height }))
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
    return code === 0 ? undefined : `it ended with ${code ?? signal}`
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT'
      ? 'there is no such program; arguments are not taken, so write a script that has them'
      : `it cannot be started (${code})`
  }
}

function variablesOf({ address, why, group, kind, sentence, expires, missing }: InboxItem) {
  return {
    COVENANT_PROPOSAL: address,
    COVENANT_WHY: why,
    COVENANT_GROUP: String(group.id),
    COVENANT_KIND: kind,
    COVENANT_SENTENCE: oneLine(sentence),
    COVENANT_MISSING: String(missing),
    COVENANT_EXPIRES: formatTime(expires),
  }
}
