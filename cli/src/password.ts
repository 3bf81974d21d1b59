import { CliError, usageError } from './errors.ts'
import { readSecretFile } from './secret-file.ts'

export type PasswordOptions = { json: boolean; passwordFile?: string; input?: boolean }

/** The password from `--password-file`, else asked for at a terminal; never from a flag. */
export async function askPassword(
  question: string,
  { json, passwordFile, input = true }: PasswordOptions,
): Promise<string> {
  if (passwordFile !== undefined) return readSecretFile(passwordFile, '--password-file')
  if (!input || json || !process.stdin.isTTY || !process.stderr.isTTY) {
    throw usageError(`${question}: nobody can be asked here; add --password-file FILE`)
  }
  const { isCancel, password } = await import('@clack/prompts')
  const answer = await password({ message: question, output: process.stderr })
  if (isCancel(answer) || answer === undefined) throw new CliError('Nothing was done')
  return answer
}
