/** A value that JSON can hold. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/** Thrown for a value that has no canonical JSON; `path` leads to it, e.g. `$.env.A`. */
export class NotCanonicalizable extends Error {
  readonly path: string

  constructor(path: string, problem: string) {
    super(`${path} ${problem}`)
    this.name = 'NotCanonicalizable'
    this.path = path
  }
}

/**
 * The canonical JSON of `value` by RFC 8785: no white space, keys ordered by their UTF-16 code units, numbers
 * and strings as ECMAScript writes them. Equal values give equal text.
 *
 * Throws {@link NotCanonicalizable} for whatever JSON cannot hold: NaN and infinities, undefined, functions,
 * symbols, bigints, holes, cycles, objects that are not plain, and strings with a lone surrogate.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$', new Set())
}

function write(value: unknown, path: string, above: Set<object>): string {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'boolean':
      return String(value)
    case 'number':
      if (!Number.isFinite(value))
        throw new NotCanonicalizable(path, `is ${value}, which JSON cannot hold`)
      return JSON.stringify(value)
    case 'string':
      return writeString(value, path)
    case 'object':
      return writeCollection(value, path, above)
    default:
      throw new NotCanonicalizable(
        path,
        `is a value of type ${typeof value}, which JSON cannot hold`,
      )
  }
}

/** JSON.stringify escapes exactly what the RFC asks for, but also lets a lone surrogate through. */
function writeString(text: string, path: string): string {
  if (!text.isWellFormed())
    throw new NotCanonicalizable(path, 'holds a lone surrogate, which is no Unicode text')
  return JSON.stringify(text)
}

function writeCollection(value: object, path: string, above: Set<object>): string {
  if (above.has(value)) throw new NotCanonicalizable(path, 'contains itself')
  above.add(value)
  const text = Array.isArray(value)
    ? writeArray(value, path, above)
    : writeObject(value, path, above)
  above.delete(value)
  return text
}

function writeArray(items: readonly unknown[], path: string, above: Set<object>): string {
  // Array.from visits holes, which map would skip.
  return `[${Array.from(items, (item, index) => write(item, `${path}[${index}]`, above)).join(',')}]`
}

function writeObject(value: object, path: string, above: Set<object>): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw new NotCanonicalizable(path, `is a ${value.constructor.name}, not a plain object`)
  }
  // The default sort compares UTF-16 code units, which is the order that the RFC asks for.
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, item]) => `${writeString(key, path)}:${write(item, `${path}.${key}`, above)}`).join(',')}}`
}
