/**
 * Files that people write: strict YAML 1.2 with a zod shape. Everything that is wrong is gathered
 * and told at once, each with `file:line:col` and what would have worked.
 */
import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml'
import { z } from 'zod'

type Path = readonly PropertyKey[]
type FileProblem = { path: Path; message: string; of?: 'key' | 'value' }

/** A file that cannot be used; the message has one line per problem. */
export class InvalidFile extends Error {
  override name = 'InvalidFile'
}

export type YamlFile<T> = {
  document: Document
  value: T
  /** An error about a value of the file that only its use showed to be wrong. */
  problem: (path: Path, message: string) => InvalidFile
  /** The same for several at once. */
  problems: (found: readonly { path: Path; message: string }[]) => InvalidFile
}

/**
 * Reads `text` as one YAML document of this shape; `file` is how errors call it. Aliases, tags and
 * duplicate keys are refused. @throws InvalidFile
 */
export function readYamlFile<T>(text: string, file: string, shape: z.ZodType<T>): YamlFile<T> {
  const lines = new LineCounter()
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const document = parseDocument(text, {
    version: '1.2',
    strict: true,
    uniqueKeys: true,
    prettyErrors: false,
    lineCounter: lines,
  })
  const faults = withoutEchoes([...document.errors, ...document.warnings]).map(
    ({ pos, code, message }) => ({ offset: pos[0], message: SYNTAX_MESSAGES[code] ?? message }),
  )
  visit(document, (_, node) => {
    if (isAlias(node)) faults.push({ offset: node.range?.[0] ?? 0, message: NO_ALIASES })
  })
  if (faults.length > 0) {
    throw new InvalidFile(
      faults.map(({ offset, message }) => `${place(offset)}: ${message}`).join('\n'),
    )
  }

  const tell = (problem: FileProblem) => {
    const name = problem.path.map(String).join('.')
    const { message } = problem
    return `${place(offsetOf(document, problem))}: ${name === '' ? '' : `${name}: `}${message}`
  }
  const tellAll = (problems: readonly FileProblem[]) => {
    const inOrder = problems.toSorted((a, b) => offsetOf(document, a) - offsetOf(document, b))
    return new InvalidFile(inOrder.map(tell).join('\n'))
  }
  const read = shape.safeParse(document.toJS())
  if (!read.success) {
    throw tellAll(read.error.issues.flatMap((issue) => explain(issue, shape, document)))
  }
  return {
    document,
    value: read.data,
    problem: (path, message) => tellAll([{ path, message }]),
    problems: tellAll,
  }
}

/** After one fault of the syntax the parser finds others that are none; of these the first is told. */
function withoutEchoes<T extends { code: ErrorCode }>(faults: T[]): T[] {
  const syntax = faults.find(
    ({ code }) => code !== 'DUPLICATE_KEY' && code !== 'TAG_RESOLVE_FAILED',
  )
  return syntax === undefined ? faults : [syntax]
}

const NO_ALIASES = 'anchors and aliases are not used here: write the value out'
const SYNTAX_MESSAGES: Partial<Record<ErrorCode, string>> = {
  DUPLICATE_KEY: 'this key is written twice: keep one of them',
  MULTIPLE_DOCS: 'one document per file: what follows --- belongs in a file of its own',
  TAB_AS_INDENT: 'a tab cannot indent: use spaces',
  TAG_RESOLVE_FAILED: 'tags are not used here: write the plain value',
}

function explain(issue: z.core.$ZodIssue, shape: z.ZodType, document: Document): FileProblem[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(shape, path).join(', ')
    const message = `unknown key; known here: ${known}`
    return issue.keys.map((key) => ({ path: [...path, key], message, of: 'key' }))
  }
  // A wrong key of a record is an issue about the key within one about the record.
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path, message, of: 'key' }))
  }
  if (path.length > 0 && !document.hasIn(path)) return [{ path, message: 'missing' }]
  const expected = issue.code === 'invalid_type' ? TYPE_MESSAGES[issue.expected] : undefined
  return [{ path, message: expected ?? issue.message }]
}

const TYPE_MESSAGES: Partial<Record<string, string>> = {
  string: 'must be text; put what looks like a number, a truth value or nothing in quotes',
  array: 'must be a list, as in [one, two]',
  object: 'must hold keys and values, as in { key: value }',
  record: 'must hold keys and values, as in { key: value }',
}

/** The keys that the shape has at a path. */
function keysAt(shape: z.ZodType, path: Path): string[] {
  const [key, ...rest] = path
  if (shape instanceof z.ZodOptional || shape instanceof z.ZodDefault) {
    return keysAt(shape.unwrap() as z.ZodType, path)
  }
  if (shape instanceof z.ZodObject) {
    const fields: Record<string, z.ZodType> = shape.shape
    if (key === undefined) return Object.keys(fields).filter((name) => !isNever(fields[name]))
    const field = fields[String(key)]
    return field === undefined ? [] : keysAt(field, rest)
  }
  if (shape instanceof z.ZodRecord) return keysAt(shape.valueType as z.ZodType, rest)
  return []
}

/** A key that is known in order to be refused. */
function isNever(shape: z.ZodType | undefined): boolean {
  return shape instanceof z.ZodOptional && shape.unwrap() instanceof z.ZodNever
}

/** Where the value at `path` begins (its key, for problems of keys), or the nearest thing around it that is there. */
function offsetOf(document: Document, { path, of = 'value' }: FileProblem): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const [depth, step] of path.entries()) {
    const pair = isMap(node)
      ? node.items.find(({ key }) => keyText(key) === String(step))
      : undefined
    const item = isSeq(node) ? node.items[Number(step)] : pair?.value
    const isLast = depth === path.length - 1
    offset = (isLast && of === 'value' ? startOf(item) : startOf(pair?.key ?? item)) ?? offset
    node = item
  }
  return offset
}

function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key)
}

function startOf(node: unknown): number | undefined {
  return (node as { range?: [number, number, number] } | null | undefined)?.range?.[0]
}
