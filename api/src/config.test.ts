import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from './config.ts'

const URL = 'postgresql://covenant@localhost/covenant?host=%2Fsockets'

test('flags come before the environment, and the port has a default', () => {
  assert.deepEqual(readConfig(['--database', URL, '--port', '0'], { DATABASE_URL: 'x' }), {
    database: URL,
    port: 0,
  })
  assert.deepEqual(readConfig([], { DATABASE_URL: URL }), { database: URL, port: 4000 })
  assert.deepEqual(readConfig([], { DATABASE_URL: URL, COVENANT_API_PORT: '4004' }), {
    database: URL,
    port: 4004,
  })
})

const refusals: [args: string[], says: RegExp][] = [
  [[], /no database is named: give --database postgresql:\/\/USER@HOST\/NAME, or set DATABASE_URL/],
  [['--database', 'mysql://a/b'], /no URL of PostgreSQL: give --database/],
  [['--database', ''], /no URL of PostgreSQL/],
  [['--database', URL, '--port', '65536'], /"65536" is no port: give --port a number/],
  [['--database', URL, '--port', 'x'], /"x" is no port/],
  [['--database', URL, '--port=-1'], /"-1" is no port/],
  [['--prot', '1'], /Unknown option '--prot'/],
  [['4000'], /Unexpected argument '4000'/],
]
for (const [args, says] of refusals) {
  test(`${args.join(' ') || 'nothing'} is refused`, () => {
    assert.throws(() => readConfig(args, {}), says)
  })
}
