import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidConfig, readConfig } from './config.ts'

const DATABASE = 'postgresql://covenant@localhost/covenant?host=%2Ftmp%2Fsocket'
const flags = (...args: string[]) => ['--database', DATABASE, ...args]

const accepted: [string, string[], NodeJS.ProcessEnv, object][] = [
  [
    'the chain on this machine is the default',
    flags(),
    {},
    { chain: 'ws://127.0.0.1:9944', database: DATABASE },
  ],
  [
    'both come from the environment',
    [],
    { COVENANT_CHAIN: 'wss://chain.example', DATABASE_URL: 'postgres://db.example/x' },
    { chain: 'wss://chain.example', database: 'postgres://db.example/x' },
  ],
  [
    'figures are served where a port is named',
    flags('--port', '0'),
    { COVENANT_INDEXER_PORT: '4002' },
    { chain: 'ws://127.0.0.1:9944', database: DATABASE, port: 0 },
  ],
  [
    'a flag goes before the environment',
    flags('--chain', 'ws://[::1]:1'),
    { COVENANT_CHAIN: 'wss://chain.example', DATABASE_URL: 'postgres://db.example/x' },
    { chain: 'ws://[::1]:1', database: DATABASE },
  ],
]
for (const [name, args, env, expected] of accepted) {
  test(name, () => assert.deepEqual(readConfig(args, env), expected))
}

const refused: [string, string[], NodeJS.ProcessEnv, RegExp][] = [
  ['no database', [], {}, /--database URL or DATABASE_URL/],
  [
    'a chain that is no WebSocket',
    flags('--chain', 'http://localhost'),
    {},
    /--chain .*ws:\/\/ or wss:\/\//,
  ],
  [
    'a database of another kind',
    ['--database', 'mysql://x:secret@y/z'],
    {},
    /--database .*postgresql:\/\//,
  ],
  ['a path for a database', ['--database', 'secret/db'], {}, /--database/],
  [
    'an unknown flag',
    flags('--chian', 'ws://x'),
    {},
    /--chian.*--chain URL, --database URL and --port PORT/,
  ],
  ['a port that is none', flags('--port', 'secret'), {}, /--port .*--port 4002/],
  ['an argument', flags('x'), {}, /'x'.*--chain URL/],
]
for (const [name, args, env, message] of refused) {
  test(`${name} is refused without its value, saying what would have worked`, () => {
    assert.throws(
      () => readConfig(args, env),
      (error) =>
        error instanceof InvalidConfig &&
        message.test(error.message) &&
        !error.message.includes('secret'),
    )
  })
}
