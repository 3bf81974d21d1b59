import { styleText } from 'node:util'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Record<string, unknown>
export type Log = Record<LogLevel, (sentence: string, fields?: LogFields) => void>

const LEVELS: LogLevel[] = ['debug', 'info', 'warn', 'error']
const COLOURS = { debug: 'gray', info: 'green', warn: 'yellow', error: 'red' } as const

/**
 * A log of one process: each line is a fixed sentence and then its facts as `key=value`, on stderr.
 *
 * `COVENANT_LOG` names the lowest level that is written (`debug`, `info`, `warn` or `error`).
 * @default info
 */
export function createLog(name: string, write: (line: string) => void = writeStderr): Log {
  const lowest = LEVELS.indexOf((process.env['COVENANT_LOG'] ?? 'info') as LogLevel)
  const at =
    (level: LogLevel) =>
    (sentence: string, fields: LogFields = {}) => {
      if (LEVELS.indexOf(level) < lowest) return
      const facts = Object.entries(fields).map(([key, value]) => ` ${key}=${formatFact(value)}`)
      const time = new Date().toISOString()
      write(`${time} ${styleLevel(level)} ${name}: ${sentence}${facts.join('')}\n`)
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Values that could be mistaken for two facts, or break the line, are quoted. */
function formatFact(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(value.message)
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
  if (typeof value === 'object' && value !== null) return JSON.stringify(value, bigintAsString)
  return String(value)
}

function bigintAsString(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

function styleLevel(level: LogLevel): string {
  return styleText(COLOURS[level], level.padEnd(5), { stream: process.stderr })
}

function writeStderr(line: string): void {
  process.stderr.write(line)
}
