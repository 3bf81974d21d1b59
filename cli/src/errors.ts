import type { Report } from './context.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/**
 * What ends a command: one message that says what is wrong, where, and what would have worked. Only
 * main.ts turns it into an exit code.
 */
export class CliError extends Error {
  override name = 'CliError'
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode = EXIT.failure, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** Ends a command early with what it was asked for; no failure. */
export class Finished extends Error {
  override name = 'Finished'
  readonly report: Report

  constructor(report: Report) {
    super('finished')
    this.report = report
  }
}

/** Wrong usage, or an invalid file, address or amount: exit code 2. */
export function usageError(message: string, options?: ErrorOptions): CliError {
  return new CliError(message, EXIT.usage, options)
}
