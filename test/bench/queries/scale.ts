import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { openDatabase } from '@covenant/schema/db'
import type { TestPostgres } from '@covenant/schema/testing'
import { median, message } from '../measure.ts'
import type { Bench } from '../run.ts'
import { questionsOf } from './questions.ts'
import { fillContracts } from './rows.ts'

const TIMES = 15

const SIZES = [1_000, 10_000, 100_000, 1_000_000]

type Options = { postgres: TestPostgres; say: (line: string) => void }

/** How long one request takes at each size, one after another: flat where nothing is gone through. */
export async function byScale({ postgres, say }: Options): Promise<Bench> {
  const bySize: Map<string, number>[] = []
  for (const size of SIZES) {
    say(`making ${size} contracts`)
    const url = await postgres.createDatabase()
    const db = openDatabase(url, { connections: 1 })
    const filled = await fillContracts(db.pool, size)
    await db.close()
    const taken = await measureAll(url, questionsOf(size, filled))
    // Of one size as of another, what is asked stands in the same place.
    bySize.push(taken)
  }
  const names = [...(bySize.at(-1)?.keys() ?? [])]
  return {
    what: `one request at a time, of ${SIZES.join(', ')} contracts (ten on each node): the median of ${TIMES} at each, and the last beside the first`,
    figures: names.map((name, index) => {
      const medians = bySize.map((taken) => [...taken.values()][index] ?? Number.NaN)
      const shown = medians.map((ms) => ms.toFixed(1)).join(', ')
      return {
        name: `${name} (${shown} ms)`,
        value: (medians.at(-1) ?? Number.NaN) / (medians[0] ?? Number.NaN),
        unit: 'times',
      }
    }),
  }
}

/** The middle of how long each question takes, in milliseconds. */
async function measureAll(
  url: string,
  questions: Record<string, string>,
): Promise<Map<string, number>> {
  const api = fork(join(import.meta.dirname, '../../../api/src/main.ts'), ['--port=0'], {
    env: { ...process.env, DATABASE_URL: url, COVENANT_LOG: 'warn' },
  })
  try {
    const { facts } = (await message(api)) as { facts: { url: string } }
    const ask = async (query: string) => {
      const response = await fetch(`${facts.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      })
      const answer = (await response.json()) as { errors?: unknown }
      assert.equal(answer.errors, undefined, query)
    }
    const taken = new Map<string, number>()
    for (const [name, query] of Object.entries(questions)) {
      const times: number[] = []
      for (let time = 0; time < TIMES; time += 1) {
        const from = performance.now()
        await ask(query)
        times.push(performance.now() - from)
      }
      taken.set(name, median(times))
    }
    return taken
  } finally {
    const ended = once(api, 'exit')
    api.kill()
    await ended
  }
}
