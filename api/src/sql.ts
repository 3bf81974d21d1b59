/** A piece of SQL with its values apart, so that no value ever becomes SQL. */
export type Sql = {
  readonly parts: readonly string[]
  readonly values: readonly unknown[]
  /** One that is planned once for each connection; see `prepared`. */
  readonly isPrepared?: boolean
}

/** What a template may hold: another piece of SQL is inlined, anything else becomes a parameter. */
type Slot = Sql | string | number | bigint | boolean | null | readonly (string | number)[]

/**
 * Writes SQL as a template: `` sql`select * from nodes where id = ${id}` ``.
 *
 * Pieces nest, so a list's filters and order are written once and put together per request.
 */
export function sql(strings: TemplateStringsArray, ...slots: Slot[]): Sql {
  const parts = [strings[0] ?? '']
  const values: unknown[] = []
  const glue = (text: string) => {
    parts[parts.length - 1] += text
  }
  for (const [index, slot] of slots.entries()) {
    if (isSql(slot)) {
      glue(slot.parts[0] ?? '')
      parts.push(...slot.parts.slice(1))
      values.push(...slot.values)
      glue(strings[index + 1] ?? '')
    } else {
      values.push(slot)
      parts.push(strings[index + 1] ?? '')
    }
  }
  return { parts, values }
}

/** Words of our own that go into SQL as they stand: names of columns and tables, never a caller's. */
export function raw(text: string): Sql {
  return { parts: [text], values: [] }
}

export function join(pieces: readonly Sql[], separator: string): Sql {
  return pieces.reduce<Sql>(
    (all, piece, index) => (index === 0 ? piece : sql`${all}${raw(separator)}${piece}`),
    raw(''),
  )
}

/**
 * Marks a statement, or a condition, as one whose best plan is the same whatever its values: it is
 * planned once for each connection. There must be few of those.
 */
export function prepared(statement: Sql): Sql {
  return { ...statement, isPrepared: true }
}

type Query = { text: string; values: unknown[]; name?: string }

/** The statement as the driver takes it, with `$1`, `$2`, … for the values. */
export function toQuery({ parts, values, isPrepared }: Sql): Query {
  const text = parts.reduce((all, part, index) => `${all}$${index}${part}`)
  const name = isPrepared === true ? nameOf(text) : undefined
  return { text, values: [...values], ...(name !== undefined && { name }) }
}

const names = new Map<string, string>()

/** Each connection keeps its plans: there are no more than these, whatever is asked. */
const MAX_NAMES = 200

/** Names are short in PostgreSQL. */
function nameOf(text: string): string | undefined {
  const known = names.get(text)
  if (known !== undefined || names.size === MAX_NAMES) return known
  const name = `statement ${names.size}`
  names.set(text, name)
  return name
}

function isSql(slot: Slot): slot is Sql {
  return typeof slot === 'object' && slot !== null && 'parts' in slot
}

/** A condition for a value that was given, and none for one that was left out. */
export function when<Value, Written = Sql>(
  value: Value | null | undefined,
  write: (value: Value) => Written,
): readonly Written[] {
  return value === null || value === undefined ? [] : [write(value)]
}
