/** Verb and table, as in `update nodes`: what a statement is counted under. */
export function statementName(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = nameOf(text.replaceAll(/\s+/g, ' ').trim().toLowerCase())
  if (names.size < MAX_NAMES) names.set(text, name)
  return name
}

/** Statements are few, however often they are sent; this holds them all. */
const MAX_NAMES = 2_000
const names = new Map<string, string>()

const FORMS: [form: RegExp, verb: string][] = [
  [/^insert into (\w+)/, 'insert'],
  [/^update (\w+)/, 'update'],
  [/^delete from (\w+)/, 'delete'],
  // A subquery in brackets, and what is unnested, are not what is read.
  [/\b(?:from|join) (?!unnest\b|lateral\b)(\w+)/, 'select'],
]

function nameOf(text: string): string {
  for (const [form, verb] of FORMS) {
    const table = form.exec(text)?.[1]
    if (table !== undefined) return `${verb} ${table}`
  }
  return text.split(' ', 1)[0] ?? ''
}

type Counter = (labels: { statement: string }, by?: number) => void
type Metrics = { counter(name: string, help: string): Counter }

/** Counts statements by their name, and the time they take. */
export function countStatements(metrics: Metrics): (text: string, seconds: number) => void {
  const count = metrics.counter('covenant_statements_total', 'Statements to the database, by name.')
  const time = metrics.counter('covenant_statement_seconds_total', 'The time that they took.')
  return (text, seconds) => {
    const labels = { statement: statementName(text) }
    count(labels)
    time(labels, seconds)
  }
}
