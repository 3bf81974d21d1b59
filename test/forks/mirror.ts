/** An indexer over a forking chain, its rows, and what they would be had there been no fork. */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Block, Chain } from '@covenant/chain-client'
import { commit } from '@covenant/indexer/commit'
import { runIndexer } from '@covenant/indexer/run'
import type { Head } from '@covenant/indexer/stores/head'
import { SILENT } from '@covenant/indexer/testing/chain'
import type { Database } from '@covenant/schema/db'
import type { ForkedBlock } from './forking-chain.ts'

/** A change of a row: of which table, and whether it was inserted, updated or deleted. */
export type Change = string

/** Starts an indexer; what is waited for ends with it where it fails. */
export function startIndexer(chain: Chain, db: Database) {
  const stopping = new AbortController()
  let head: Head | null = null
  let news = Promise.withResolvers<void>()
  const tell = (next: Head | null) => {
    head = next
    news.resolve()
    news = Promise.withResolvers()
  }
  const { signal } = stopping
  const options = { chain, pool: db.pool, log: SILENT, signal, onStart: tell, onHead: tell }
  const running = runIndexer(options)
  running.catch(() => undefined)
  return {
    running,
    /** Waits until the rows are of this block, and what is final is known as far as that. */
    async until(block: ForkedBlock, final: ForkedBlock): Promise<void> {
      while (head?.hash !== block.hash || head.finalizedHeight < final.height) {
        await Promise.race([news.promise, running])
      }
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** Starts the indexer's program. */
export function spawnIndexer(chain: string, database: string) {
  const main = fileURLToPath(import.meta.resolve('@covenant/indexer/main'))
  const child = fork(main, ['--chain', chain, '--database', database], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'], COVENANT_LOG: 'warn' },
  })
  const said = text(child.stderr!)
  return {
    ready: once(child, 'message'),
    /** How it ended by itself. */
    ended: once(child, 'exit').then(async ([code]) => ({
      code: code as number | null,
      said: await said,
    })),
    async kill() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** The rows of all tables; of the head but not how far the chain was final, and nothing of what can be undone. */
export async function allRows({ pool }: Database): Promise<Record<string, unknown[]>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
       AND relname NOT IN ('undo', '_prisma_migrations') ORDER BY relname`,
  )
  assert.ok(tables.length >= 15, `only ${tables.length} tables`)
  const all: Record<string, unknown[]> = {}
  for (const { name } of tables) {
    const { rows } = await pool.query<{ row: string }>(
      `SELECT (to_jsonb(t) - 'finalized_height')::text AS row FROM ${name} AS t ORDER BY 1`,
    )
    all[name] = rows.map(({ row }) => row)
  }
  return all
}

/** Counts changes of rows by the block that makes them. Only what can be undone, or else all. */
export async function countChanges({ pool }: Database, only: 'undoable' | 'all'): Promise<void> {
  const condition =
    only === 'all' ? 'true' : `coalesce(current_setting('covenant.undo_height', true), '') <> ''`
  await pool.query(`
    CREATE SCHEMA counted;
    CREATE TABLE counted.changes (change text, height bigint);
    CREATE FUNCTION counted.count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO counted.changes VALUES (TG_OP || ' ' || TG_TABLE_NAME,
        nullif(current_setting('covenant.undo_height', true), '')::bigint);
      RETURN NULL;
    END $$;
    DO $$ DECLARE name text; BEGIN
      FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND relname NOT IN ('undo', '_prisma_migrations') LOOP
        EXECUTE format('CREATE TRIGGER counted AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW WHEN (%s)
          EXECUTE FUNCTION counted.count()', name, $condition$${condition}$condition$);
      END LOOP;
    END $$`)
}

/** What was counted of the blocks above `height`, and is counted no more. */
export async function takeChanges({ pool }: Database, height: number): Promise<Set<Change>> {
  const { rows } = await pool.query<{ change: string }>(
    'WITH taken AS (DELETE FROM counted.changes RETURNING *) SELECT DISTINCT change FROM taken WHERE coalesce(height, 0) > $1',
    [height],
  )
  return new Set(rows.map(({ change }) => change))
}

/** Indexes the chain up to this block, each block final when it is written. */
export async function indexFresh(db: Database, chain: Chain, tip: ForkedBlock): Promise<void> {
  const blocks: Block[] = []
  for (let at: ForkedBlock | null = tip; at !== null; at = at.parent) {
    blocks.unshift(await read(chain, at))
  }
  const { decodeCall } = chain
  const finalizedHeight = tip.height
  await commit({ pool: db.pool, from: null, blocks, finalizedHeight, decodeCall })
}

const known = new WeakMap<ForkedBlock, Block>()

async function read(chain: Chain, forked: ForkedBlock): Promise<Block> {
  const block = known.get(forked) ?? (await chain.block(forked.hash))
  known.set(forked, block)
  return block
}
