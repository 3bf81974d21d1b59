import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../stack.ts'

/** A fenced block: its first word says what it is, the rest how it is to be taken. */
export type Block = {
  /** Of its first fence, from 1. */
  line: number
  kind: string
  words: string[]
  text: string
}

/** One `$ command`, with the lines that are shown below it. */
export type Example = { line: number; command: string; output: string }

/** The README and every page of docs/, by their paths in the clone. */
export const DOCUMENTS = ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT }).toSorted()]

export const readDocument = (path: string) => readFileSync(join(ROOT, path), 'utf8')

const FENCE = /^( {0,3})```(.*)$/

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = []
  let open: { block: Block; lines: string[] } | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const [isFence, , info = ''] = FENCE.exec(line) ?? []
    if (isFence === undefined) open?.lines.push(line)
    else if (open === undefined) {
      const [kind = '', ...words] = info.trim().split(/\s+/)
      open = { block: { line: index + 1, kind, words, text: '' }, lines: [] }
    } else {
      blocks.push({ ...open.block, text: open.lines.map((each) => `${each}\n`).join('') })
      open = undefined
    }
  }
  if (open !== undefined) throw new Error(`the block of line ${open.block.line} has no end`)
  return blocks
}

/** A code block of Markdown's other kind, by indentation, which nothing says the kind of. */
export function indentedBlocks(text: string): number[] {
  let fenced = false
  let before = ''
  return text.split('\n').flatMap((line, index) => {
    if (FENCE.test(line)) fenced = !fenced
    const isOne = !fenced && before === '' && line.startsWith('    ')
    before = line
    return isOne ? [index + 1] : []
  })
}

/** The commands of a `console` block; a command that ends with a backslash goes on below. */
export function examplesOf({ line, text }: Block): Example[] {
  const examples: Example[] = []
  let goesOn = false
  for (const [index, shown] of text.replace(/\n$/, '').split('\n').entries()) {
    const last = examples.at(-1)
    if (last !== undefined && goesOn) last.command += `\n${shown}`
    else if (shown.startsWith('$ ')) {
      examples.push({ line: line + 1 + index, command: shown.slice(2), output: '' })
    } else if (last === undefined) {
      throw new Error(`line ${line + 1 + index}: output before any "$ command"`)
    } else {
      last.output += `${shown}\n`
      continue
    }
    goesOn = shown.endsWith('\\')
  }
  return examples
}

/**
 * Whether a command printed what is shown. `…` in a line stands for what differs each time; a line
 * of nothing else for any number of lines.
 */
export function printsAsShown(printed: string, shown: string): boolean {
  const pattern = shown
    .split('\n')
    .map((line) =>
      line === '…'
        ? '(?:[^\\n]*\\n)*?'
        : `${line.split('…').map(escape).join('[^\\n]*?')}[ \\t]*\\n`,
    )
    .join('')
    // What follows the last line's end is nothing.
    .replace(/\[ \\t\]\*\\n$/, '')
  return new RegExp(`^${pattern}$`).test(printed)
}

const escape = (text: string) => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
