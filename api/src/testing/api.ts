import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Log } from '@covenant/service'
import { type Changes, followChanges } from '../changes.ts'
import { type Database, openDatabase } from '../database.ts'
import { createApi } from '../server.ts'
import type { Sql } from '../sql.ts'
import { type TestDatabase, openTestDatabase } from './database.ts'

/** An answer as a test reads it: what is inside is whatever the test expects there. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Answer = { data?: any; errors?: { message: string; extensions: { code: string } }[] }

export type TestApi = {
  database: TestDatabase
  /** What the API knows to have changed. */
  changes: Changes
  /** What the API logged, as `level sentence`. */
  logged: { level: string; sentence: string; fields: Record<string, unknown> }[]
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Posts a query that must be answered without errors, and returns its data. */
  query(query: string, variables?: object): Promise<Answer['data']>
  /** Posts a query that must fail, and returns its first error. */
  refuse(query: string, variables?: object): Promise<{ message: string; code: string }>
  /** The statements that `run` sent to the database, beside the head's. */
  statementsOf(run: () => Promise<unknown>): Promise<Sql[]>
  close(): Promise<void>
}

/** The API in process, without a port, over a real database. */
export async function openTestApi(): Promise<TestApi> {
  const database = await openTestDatabase()
  const logged: TestApi['logged'] = []
  const log = memoryLog(logged)
  const statements: Sql[] = []
  let isAskedAgain = false
  const connected = spyOn(openDatabase(database.url, log), (statement) => {
    if (!isAskedAgain) statements.push(statement)
  })
  const changes = followChanges({ database: connected, url: database.url, log })
  const api = createApi({ database: connected, changes, log })

  const server = createServer(api.listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const fetch: TestApi['fetch'] = async (path, init) =>
    await api.fetch(`http://127.0.0.1${path}`, init)
  const post = async (query: string, variables?: object): Promise<Answer> => {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    }
    const answer = (await (await fetch('/graphql', init)).json()) as Answer
    isAskedAgain = true
    await checkAskedAgain(() => globalThis.fetch(`http://127.0.0.1:${port}/graphql`, init), {
      query,
      answer,
    })
    isAskedAgain = false
    return answer
  }
  return {
    database,
    changes,
    logged,
    fetch,
    async query(query, variables) {
      const { data, errors } = await post(query, variables)
      assert.deepEqual(errors, undefined)
      return data
    },
    async refuse(query, variables) {
      const { errors } = await post(query, variables)
      assert.ok(errors?.[0], 'the query was answered, and should have been refused')
      return { message: errors[0].message, code: errors[0].extensions.code }
    },
    async statementsOf(run) {
      statements.length = 0
      await run()
      return [...statements]
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await changes.close()
      await connected.close()
      await database.close()
    },
  }
}

/** What is asked again is compiled, read in another way, and answered alike. */
async function checkAskedAgain(
  ask: () => Promise<Response>,
  { query, answer }: { query: string; answer: Answer },
): Promise<void> {
  // These go by the wall clock, and the log.
  if (query.includes('lagSeconds') || query.includes('indexing') || answer.errors) return
  // Once it is noted, and then it is compiled.
  for (let times = 0; times < 2; times += 1) {
    assert.deepEqual(await (await ask()).json(), answer, 'it is answered alike when asked again')
  }
}

function spyOn(database: Database, tell: (statement: Sql) => void): Database {
  return {
    ...database,
    snapshot() {
      const snapshot = database.snapshot()
      return {
        ...snapshot,
        query: (statement) => {
          tell(statement)
          return snapshot.query(statement)
        },
      }
    },
  }
}

function memoryLog(logged: TestApi['logged']): Log {
  const at =
    (level: string) =>
    (sentence: string, fields: Record<string, unknown> = {}) => {
      logged.push({ level, sentence, fields })
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
