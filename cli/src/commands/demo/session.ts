import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'
import { CliError } from '../../errors.ts'

const MAIN = fileURLToPath(import.meta.resolve('@covenant/cli/main'))

export type Session = {
  /** A heading. */
  step: (title: string) => void
  /** One line of what happened. */
  tell: (line: string) => void
  /**
   * Shows and runs `covenant …`, whose answer it returns. Anything but success ends the story with
   * the command's own message.
   */
  run: <T>(...words: string[]) => Promise<T>
  /** The same for a command whose answer counts even where it failed. */
  ask: <T>(...words: string[]) => Promise<T>
}

/** Plays commands as a person would type them, in processes of their own. */
export function createSession(print: (line: string) => void): Session {
  let steps = 0
  const play = (words: string[]) => {
    print(styleText('cyan', `   $ covenant ${words.map(quoted).join(' ')}`))
    return runJson(words)
  }
  return {
    step: (title) => {
      steps += 1
      print('')
      print(styleText('bold', `${steps}. ${title}`))
    },
    tell: (line) => print(`   ${line}`),
    run: async <T>(...words: string[]) => {
      const { code, stdout, stderr } = await play(words)
      if (code === 0) return JSON.parse(stdout) as T
      const said = stderr.trim().replace(/^covenant: /, '')
      throw new CliError(`'covenant ${words.join(' ')}' ended with ${code}: ${said}`)
    },
    ask: async <T>(...words: string[]) => JSON.parse((await play(words)).stdout) as T,
  }
}

async function runJson(words: string[]) {
  const child = spawn(process.execPath, [MAIN, ...words, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
