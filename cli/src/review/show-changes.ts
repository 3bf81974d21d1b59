import { indent, warn } from '../output.ts'
import type { Change } from '@covenant/schema/body-changes'

/** A line for each, the long values beneath it. */
export function showChanges(changes: readonly Change[]): string {
  return changes
    .map(({ what, before, after, marks }) => {
      const sign = before === null ? '+' : after === null ? '-' : '~'
      const told = marks.map((mark) => (LOUD.has(mark) ? warn(mark) : mark)).join(', ')
      const values =
        marks.includes('starts') || marks.includes('stops')
          ? ''
          : `\n${indent([before === null ? [] : [`- ${before}`], after === null ? [] : [`+ ${after}`]].flat().join('\n'), '    ')}`
      return `${sign} ${what}  (${told})${values}`
    })
    .join('\n')
}

const LOUD = new Set(['WIDER ACCESS', 'data lost'])
