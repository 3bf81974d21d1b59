import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { openDatabase } from '@covenant/schema/db'
import type { TestPostgres } from '@covenant/schema/testing'
import { median, message } from '../measure.ts'
import type { Bench } from '../run.ts'
import { questionsOf } from './questions.ts'
import { fillContracts } from './rows.ts'

const SIZES = [1_000, 10_000, 100_000, 1_000_000]
const TIMES = 15

type Options = { postgres: TestPostgres; say: (line: string) => void }

/** How long one request takes at each size: flat where nothing is gone through. */
export async function byScale({ postgres, say }: Options): Promise<Bench> {
  const sizes: Size[] = []
  for (const size of SIZES) {
    say(`making ${size} contracts`)
    const url = await postgres.createDatabase()
    const db = openDatabase(url, { connections: 1 })
    const filled = await fillContracts(db.pool, size)
    await db.close()
    sizes.push({ url, questions: questionsOf(size, filled) })
  }
  const names = Object.keys(sizes.at(-1)?.questions ?? {})
  const medians = await measureSizes(sizes)
  return {
    what: `one request at a time, of ${SIZES.join(', ')} contracts (ten on each node), each size in turn: the median of ${TIMES}, and the last beside the first`,
    figures: names.map((name, index) => {
      const ofSizes = medians[index] ?? []
      return {
        name: `${name} (${ofSizes.map((ms) => ms.toFixed(1)).join(', ')} ms)`,
        value: (ofSizes.at(-1) ?? Number.NaN) / (ofSizes[0] ?? Number.NaN),
        unit: 'times',
      }
    }),
  }
}

/** A database, and what it is asked, in the same order as the others. */
type Size = { url: string; questions: Record<string, string> }

/** The middle of how long each question takes at each size, in milliseconds; what disturbs, disturbs all of them. */
export async function measureSizes(sizes: readonly Size[]): Promise<number[][]> {
  const children: ChildProcess[] = []
  try {
    const apis: { url: string; queries: string[] }[] = []
    for (const { url, questions } of sizes) {
      const api = fork(join(import.meta.dirname, '../../../api/src/main.ts'), ['--port=0'], {
        env: { ...process.env, DATABASE_URL: url, COVENANT_LOG: 'warn' },
      })
      children.push(api)
      const { facts } = (await message(api)) as { facts: { url: string } }
      apis.push({ url: facts.url, queries: Object.values(questions) })
    }
    const medians: number[][] = []
    for (const index of apis[0]?.queries.keys() ?? []) {
      const times = apis.map((): number[] => [])
      for (let time = 0; time < TIMES; time += 1) {
        for (const [at, { url, queries }] of apis.entries()) {
          const from = performance.now()
          await ask(url, queries[index] ?? '')
          times[at]?.push(performance.now() - from)
        }
      }
      medians.push(times.map(median))
    }
    return medians
  } finally {
    await Promise.all(
      children.map((child) => {
        const ended = once(child, 'exit')
        child.kill()
        return ended
      }),
    )
  }
}

async function ask(url: string, query: string): Promise<void> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  const answer = (await response.json()) as { errors?: unknown }
  assert.equal(answer.errors, undefined, query)
}
