import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type Database, openDatabase } from '@covenant/schema/db'
import { startTestPostgres, type TestPostgres } from '@covenant/schema/testing'
import type { PoolClient } from 'pg'
import { createPipeline, type Pipeline } from './pipeline.ts'

let postgres: TestPostgres
let db: Database
let client: PoolClient
let pipeline: Pipeline
let said: string[]
before(async () => {
  postgres = await startTestPostgres()
  db = openDatabase(await postgres.createEmptyDatabase(), { connections: 1, pipeline: true })
})
after(async () => {
  client.release(true)
  await db.close()
  await postgres.stop()
})
beforeEach(async () => {
  client?.release(true)
  client = await db.pool.connect()
  await client.query('CREATE TEMP TABLE things (id int PRIMARY KEY, count int)')
  await client.query('BEGIN')
  said = []
  pipeline = createPipeline(client, (text, seconds) => said.push(`${text} ${seconds >= 0}`))
})

const insert = 'INSERT INTO things VALUES ($1, 0)'

test('statements are done in the order in which they were given, far more than are sent at once', async () => {
  await pipeline.query(insert, [1])
  for (let time = 1; time <= 2_000; time += 1) {
    await pipeline.query('UPDATE things SET count = $2 WHERE id = $1 AND count = $2 - 1', [1, time])
  }
  await pipeline.settle()
  const { rows } = await pipeline.query('SELECT count FROM things')
  assert.deepEqual(rows, [{ count: 2_000 }])
  assert.equal(said.length, 2_002)
  assert.equal(said[0], `${insert} true`)
})

test('the first statement that the database refuses is told, not what fails for its sake', async () => {
  const work = async () => {
    await pipeline.query(insert, [1])
    await pipeline.query(insert, [1])
    await pipeline.query(insert, [2])
    await pipeline.settle()
  }
  await assert.rejects(work(), /duplicate key/)
  await assert.rejects(pipeline.query(insert, [3]), /duplicate key/, 'and whoever goes on')
})

test('an answer that was not waited for cannot be read', async () => {
  const { rowCount } = await pipeline.query(`${insert} RETURNING id`, [1])
  assert.equal(rowCount, 1)
  const untold = await pipeline.query(insert, [2])
  assert.throws(() => untold.rowCount, /has no rowCount yet: use RETURNING/)
  await pipeline.settle()
})
