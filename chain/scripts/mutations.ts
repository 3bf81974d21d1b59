/** One change of a source file that takes a rule away. */
export type Mutation = {
  kind: 'check' | 'comparison' | 'statement'
  /** Where it is, both from 1. */
  line: number
  column: number
  /** The span of the source that it replaces, and with what. */
  start: number
  end: number
  replacement: string
  /** What it does, for a person. */
  change: string
}

/** Each comparison is moved by one, or turned round. */
const COMPARISONS: Record<string, string> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '==': '!=',
  '!=': '==',
}

/**
 * All mutations of a formatted Rust source, in its order: each `ensure!` and `assert!` holds always,
 * each comparison is off by one, each call whose value nobody keeps (settling first, holding money,
 * writing storage, telling of it) is left out.
 */
export function mutationsOf(source: string): Mutation[] {
  const code = withoutTexts(source)
  const found = [...checks(code, source), ...comparisons(code), ...statements(code, source)]
  return found
    .map(({ start, ...rest }) => ({ start, ...placeOf(source, start), ...rest }))
    .toSorted((a, b) => a.start - b.start || a.end - b.end)
}

export function mutate(source: string, { start, end, replacement }: Mutation): string {
  return source.slice(0, start) + replacement + source.slice(end)
}

type Found = Omit<Mutation, 'line' | 'column'>

function* checks(code: string, source: string): Generator<Found> {
  for (const match of code.matchAll(/\b(?:ensure|assert)!\(/g)) {
    const start = match.index + match[0].length
    const end = endOfArgument(code, start)
    const condition = source.slice(start, end).trim()
    yield {
      ...{ kind: 'check', start, end, replacement: `true || (${condition})` },
      change: `${match[0]}${oneLine(condition)}) always holds`,
    }
  }
}

/** rustfmt puts blanks around an operator and none around the brackets of a generic type. */
function* comparisons(code: string): Generator<Found> {
  for (const match of code.matchAll(/(?<=\s)(?:<=?|>=?|==|!=)(?=\s)/g)) {
    const [operator] = match
    const replacement = COMPARISONS[operator] ?? operator
    const start = match.index
    yield {
      ...{ kind: 'comparison', start, end: start + operator.length, replacement },
      change: `${operator} becomes ${replacement}`,
    }
  }
}

function* statements(code: string, source: string): Generator<Found> {
  for (const match of code.matchAll(/^\t+(?=[A-Z]\w*(?:::|\.))/gm)) {
    const start = match.index + match[0].length
    const end = endOfStatement(code, start)
    if (end === undefined) continue
    yield {
      ...{ kind: 'statement', start, end, replacement: '' },
      change: `without ${oneLine(source.slice(start, end))}`,
    }
  }
}

/** The end of a macro's first argument: its comma, or the closing bracket. */
function endOfArgument(code: string, start: number): number {
  for (const { at, character, depth } of walk(code, start)) {
    if (depth < 0 || (depth === 0 && character === ',')) return at
  }
  return code.length
}

/** Behind the semicolon of a call that stands alone; undefined where it is something else. */
function endOfStatement(code: string, start: number): number | undefined {
  let calls = false
  for (const { at, character, depth } of walk(code, start)) {
    if (character === '(') calls = true
    if (depth < 0) return undefined
    if (depth > 0) continue
    if (character === ';') return calls ? at + 1 : undefined
    // A value, a pattern, or a field: not a statement.
    if (/[={,]/.test(character)) return undefined
  }
  return undefined
}

function* walk(code: string, start: number) {
  let depth = 0
  for (let at = start; at < code.length; at += 1) {
    const character = code[at] ?? ''
    if (')]}'.includes(character)) depth -= 1
    yield { at, character, depth }
    if ('([{'.includes(character)) depth += 1
  }
}

/** The same length, with blanks for comments, texts, characters and attributes. */
function withoutTexts(source: string): string {
  const texts =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|b?"(?:\\[\s\S]|[^"\\])*"|b?'(?:\\[^\n]|[^'\\\n])'|#!?\[[^\]\n]*\]/g
  return source.replace(texts, (text) => text.replace(/[^\n]/g, ' '))
}

function placeOf(source: string, at: number): { line: number; column: number } {
  const before = source.slice(0, at).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

const LONGEST = 60
function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}
