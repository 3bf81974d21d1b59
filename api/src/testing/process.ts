import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

export const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

export type Started = { child: ChildProcess; url: string; port: number }

/** Starts the API as a process, on any free port, until the test is over. */
export async function startProcess(t: TestContext, database: string): Promise<Started> {
  const child = spawn(process.execPath, [MAIN, '--port', '0'], {
    env: { ...process.env, DATABASE_URL: database },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  t.after(() => child.kill('SIGKILL'))
  const [message] = (await once(child, 'message')) as [{ type: string; facts: { url: string } }]
  assert.equal(message.type, 'ready')
  return { child, url: message.facts.url, port: Number(new URL(message.facts.url).port) }
}
