import type { Context } from './context.ts'
import { CliError, usageError } from './errors.ts'

type ConfirmOptions = {
  json: boolean
  say: Context['say']
  /** `--no-input` makes it false. */
  input?: boolean
  /** With `--print-call` nothing is signed. */
  printCall?: string
}

/** Asks a person at a terminal; where none sits, only `--yes` goes on. */
export function createConfirm({
  json,
  say,
  input = true,
  printCall,
}: ConfirmOptions): Context['confirm'] {
  return async ({ what, question, yes }) => {
    if (!json) say(`${what}\n`)
    if (yes || printCall !== undefined) return true
    if (!input || json || !process.stdin.isTTY || !process.stderr.isTTY) {
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

/** Shows what is about to be signed, and asks. @throws CliError when the answer is no */
export async function requireConsent(
  { confirm }: Context,
  asked: Parameters<Context['confirm']>[0],
): Promise<void> {
  if (!(await confirm(asked))) throw new CliError('Nothing was signed')
}
