import type { ExitCode } from './exit-codes.ts'

/** What a command is given besides its options. */
export type Context = {
  /** The answer is JSON alone. */
  json: boolean
  /** Tells a person what goes on, on stderr. */
  say: (line: string) => void
  /** Tells of a change while a command waits: a line for a person, JSON on a line of stderr for a program. */
  progress: (line: string, change: Record<string, unknown>) => void
  /**
   * Shows at a terminal, beneath all that is said meanwhile, what a command waits for and how long it
   * has; elsewhere nothing. Ends with what it returns.
   */
  waiting: (what: string) => () => void
  /** The password that opens a key: from `--password-file`, or asked for. */
  password: (question: string) => Promise<string>
  /** `--wait none`: nothing is waited for, once the chain has taken what was signed. */
  leavesAtOnce?: boolean
  /** Where another program signs: `--print-call` and `--submit`. */
  elsewhere?: {
    /** The account for which the call is printed, and nothing signed. */
    printFor?: string | undefined
    /** The file of a signed transaction, to be sent as it is. */
    signedFile?: string | undefined
  }
  /** Prints what a command found while it goes on. */
  emit: (report: Report) => void
  /**
   * Shows `what` is about to be signed, and asks. With `yes` it does not ask; where nobody can be
   * asked it throws.
   */
  confirm: (options: { what: string; question: string; yes: boolean }) => Promise<boolean>
}

/** What a command found or did: the same facts for a program and for a person. */
export type Report = {
  data: unknown
  text: string
  /** For a shell or a file: never wrapped at a terminal's width. */
  verbatim?: boolean
  /** @default 0 */
  exitCode?: ExitCode
}
