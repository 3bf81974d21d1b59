import type { Review } from './read.ts'
import { showFailure } from './outlook.ts'

/** What has changed between what was shown and what the chain says now; nothing where it may be signed. */
export function whatMoved(shown: Review, now: Review): string[] {
  const differs = (of: (review: Review) => unknown) => plain(of(shown)) !== plain(of(now))
  const checks: [differs: boolean, what: string][] = [
    [differs(({ call }) => call.hex), 'the call is another'],
    [differs(({ group }) => group.epoch), 'members or thresholds of the group have changed'],
    [differs(({ proposal }) => proposal.votes), 'another vote has come in'],
    [differs(({ stale }) => stale.length > 0), now.stale.join(', ')],
    [differs(({ effect }) => effect.basis), 'what it would do has changed'],
    [
      differs(({ outlook }) => outlook),
      now.outlook.ok ? 'it would no longer fail' : showFailure(now.outlook.error),
    ],
    [
      differs(({ effect }) => effect.problems),
      now.effect.problems.join(', ') || 'a problem is gone',
    ],
  ]
  return checks.flatMap(([moved, what]) => (moved ? [what] : []))
}

function plain(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'bigint' ? String(part) : part,
  )
}
