import type { Context } from './context.ts'
import { usageError } from './errors.ts'

type ConfirmOptions = { json: boolean; noInput: boolean; say: Context['say'] }

/** Asks a person at a terminal; where none sits, only `--yes` goes on. */
export function createConfirm({ json, noInput, say }: ConfirmOptions): Context['confirm'] {
  return async ({ what, question, yes }) => {
    if (!json) say(`${what}\n`)
    if (yes) return true
    if (noInput || json || !process.stdin.isTTY || !process.stderr.isTTY) {
      throw usageError(
        'nobody can be asked here: add --yes to sign ("covenant review" and "covenant contract ' +
          'show" sign nothing)',
      )
    }
    const { confirm } = await import('@clack/prompts')
    const answer = await confirm({
      message: question,
      initialValue: false,
      output: process.stderr,
    })
    return answer === true
  }
}
