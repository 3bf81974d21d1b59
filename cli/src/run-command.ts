import { visible } from './visible.ts'
import { CommanderError } from 'commander'
import { createProgram } from './commands.ts'
import { createConfirm } from './confirm.ts'
import type { Context, Report } from './context.ts'
import { CliError, Finished } from './errors.ts'
import { askPassword } from './password.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { dim, toJson, toJsonLine } from './output.ts'
import { createLiveLine } from './live-line.ts'
import { wrap } from './wrap.ts'

export type Streams = {
  out: (text: string) => void
  err: (text: string) => void
  /** Of the terminals behind them; undefined where there is none. */
  columns?: { out: number | undefined; err: number | undefined }
}

const widthOf = ({ isTTY, columns }: NodeJS.WriteStream) => (isTTY ? columns : undefined)
const STREAMS: Streams = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  columns: { out: widthOf(process.stdout), err: widthOf(process.stderr) },
}

/**
 * Runs one command line and says how it ended. Never throws: whatever went wrong is one message on
 * stderr, and with `--json` the same as JSON on stdout.
 */
export async function runCommand(
  argv: readonly string[],
  { out, err, columns }: Streams = STREAMS,
): Promise<ExitCode> {
  const json = argv.includes('--json')
  let asked: Asked = {}
  let exitCode: ExitCode = EXIT.ok
  let unasked = ''
  const fitted = (text: string, width: number | undefined) =>
    json || width === undefined ? text : wrap(visible(text), width)
  const live = createLiveLine(err, json ? undefined : columns?.err)
  const say = (line: string) => live.above(`${fitted(line, columns?.err)}\n`)
  const context: Context = {
    json,
    say,
    progress: (line, change) => say(json ? JSON.stringify(change) : dim(line)),
    waiting: (what) => live.show(what),
    emit: (report) =>
      out(json ? toJsonLine(report.data) : `${fitted(report.text, columns?.out)}\n\n`),
    confirm: (question) => createConfirm({ json, say, ...asked })(question),
    password: (question) => askPassword(question, { json, ...asked }),
  }
  const print = (report: Report) => {
    const text = report.verbatim ? report.text : fitted(report.text, columns?.out)
    out(json ? toJson(report.data) : `${text}\n`)
    exitCode = report.exitCode ?? EXIT.ok
  }
  const program = createProgram({
    context,
    print,
    // Usage errors are told below, like all others; this is the help for an unfinished command.
    output: { writeOut: out, writeErr: (text) => (unasked += text) },
  })
  program.hook('preAction', (_, command) => {
    asked = command.opts()
    context.leavesAtOnce = asked.wait === 'none'
    context.elsewhere = { printFor: asked.printCall, signedFile: asked.submit }
  })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok
    if (error instanceof Finished) {
      print(error.report)
      return exitCode
    }
    const isUnfinished = error instanceof CommanderError && error.code === 'commander.help'
    const failure = isUnfinished ? UNFINISHED : describe(error)
    err(isUnfinished ? unasked : `covenant: ${failure.message}\n`)
    // One line, so that it can end a stream of them too.
    if (json) out(`${JSON.stringify({ error: failure })}\n`)
    return failure.exitCode
  }
}

/** The options that say who signs, and whom a command may ask. */
type Asked = {
  input?: boolean
  passwordFile?: string
  printCall?: string
  submit?: string
  wait?: string
}

const UNFINISHED = { message: 'the command is not complete', exitCode: EXIT.usage }

function describe(error: unknown): { message: string; exitCode: ExitCode } {
  if (error instanceof CommanderError) {
    return { message: error.message.replace(/^error: /, ''), exitCode: EXIT.usage }
  }
  const message = error instanceof Error ? error.message : String(error)
  const exitCode = error instanceof CliError ? error.exitCode : EXIT.failure
  return { message, exitCode }
}
