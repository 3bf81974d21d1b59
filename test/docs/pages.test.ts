import assert from 'node:assert/strict'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { buildSchema, parse, validate } from 'graphql'
import { ROOT } from '../stack.ts'
import { blocksOf, DOCUMENTS, indentedBlocks, readDocument } from './document.ts'

/** What a block may be besides `console`, and why nothing plays it. */
const NOT_PLAYED: Record<string, string> = {
  '': 'a picture',
  text: 'a picture, or the form of a command with words to put in',
  mermaid: 'a picture',
  rust: 'the shapes of the chain, in the words of its sources',
  yaml: 'a file of the session, or a part of one',
  json: 'a part of a file',
  ini: 'a file of the host',
  graphql: 'held against the schema below',
  sql: 'for a database of one’s own; api/src/one-database.test.ts makes such a role',
}

/** Commands that no session can run, by the page and the command that the block begins with. */
const NOT_RUN: Record<string, string> = {
  'README.md: npm test': 'it would run itself; .ci/run does',
  'README.md: chain/scripts/build-node && npm run test:validator': 'a long build; .ci/run does it',
  'README.md: npm run mutate -- groups': 'takes an hour',
  'docs/getting-started.md: npm run package': 'installs for the whole machine; .ci/run does it',
  'docs/indexer.md: npm run bench -- indexer [--json]': 'measures for minutes',
  'docs/running-in-production.md: cd "$(npm root -g)/covenant"': 'needs hosts of its own',
  'docs/running-validators.md: apt-get install protobuf-compiler libssl-dev pkg-config':
    'installs on the host; .ci/run does it',
  'docs/running-validators.md: covenant chain spec --type development --out chain.json':
    'needs the validators’ node; npm run test:validator plays it',
  'docs/running-validators.md: covenant-node key generate --scheme sr25519':
    'the same, and makes secrets',
  'docs/running-validators.md: covenant chain spec --out chain.json --name "Our chain" \\':
    'takes the addresses of several people',
  'docs/running-validators.md: covenant-node --chain chain.json --base-path DIR --validator --name NAME \\':
    'needs several hosts',
  'docs/running-validators.md: covenant-node chain-info --chain chain.json --base-path DIR':
    'needs the validators’ node',
  'docs/toolchain.md: chain/scripts/toolchain': 'installs on the host; .ci/run does it',
}

const played = DOCUMENTS.filter((path) =>
  blocksOf(readDocument(path)).some(({ kind }) => kind === 'console'),
)

for (const path of DOCUMENTS) {
  test(`${path}: every block says what it is, and what is not run has a reason`, () => {
    const text = readDocument(path)
    assert.deepEqual(indentedBlocks(text), [], 'lines of blocks without a fence')
    for (const { kind, line, text: code } of blocksOf(text)) {
      if (kind === 'console') continue
      const first = firstCommand(code)
      assert.doesNotMatch(code, /^\$ /m, `line ${line}: a session is of the kind console`)
      const reason = kind === 'sh' ? NOT_RUN[`${path}: ${first}`] : NOT_PLAYED[kind]
      assert.ok(reason !== undefined, `line ${line}: a block of kind "${kind}": ${first}`)
    }
  })

  test(`${path}: what it links to and the files that it names are there`, () => {
    const text = readDocument(path)
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      const [file = '', anchor] = target.split('#')
      const there = file === '' ? path : join(dirname(path), file)
      assert.ok(existsSync(join(ROOT, there)), `${target} is there`)
      if (anchor === undefined) continue
      assert.ok(anchorsOf(readDocument(there)).includes(anchor), `${target}: the heading is there`)
    }
    for (const named of namedPaths(text)) {
      assert.ok(existsSync(join(ROOT, named)), `${named} is there`)
    }
  })
}

test('every reason why commands are not run is of commands that are there', () => {
  const shown = new Set(
    DOCUMENTS.flatMap((path) =>
      blocksOf(readDocument(path))
        .filter(({ kind }) => kind === 'sh')
        .map(({ text }) => `${path}: ${firstCommand(text)}`),
    ),
  )
  assert.deepEqual(
    Object.keys(NOT_RUN).filter((reason) => !shown.has(reason)),
    [],
  )
})

test('every query that a page shows is one of the schema', () => {
  const schema = buildSchema(readFileSync(join(ROOT, 'api/schema.graphql'), 'utf8'))
  const queries = DOCUMENTS.flatMap((path) => blocksOf(readDocument(path))).filter(
    ({ kind }) => kind === 'graphql',
  )
  assert.ok(queries.length > 0)
  for (const { text } of queries) assert.deepEqual(validate(schema, parse(text)), [], text)
})

test('every page with examples is played by a test', () => {
  const tests = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  const unplayed = played.filter(
    (path) => !tests.some((text) => text.includes(`playDocument('${path}'`)),
  )
  assert.deepEqual(unplayed, [])
})

test('every message of the page of troubles is one that the code prints', () => {
  const sources = globSync('*/{src,bin}/**/*.{ts,js}', { cwd: ROOT })
    .filter((file) => !file.endsWith('test.ts'))
    .map((file) => asPrinted(readFileSync(join(ROOT, file), 'utf8')))
  // What the pallets say is in their errors' documentation.
  sources.push(
    ...globSync('chain/pallets/*/src/lib.rs', { cwd: ROOT }).map((file) =>
      readFileSync(join(ROOT, file), 'utf8').replaceAll(/\s*\n\s*\/\/\/ ?/g, ' '),
    ),
  )
  const messages = [...readDocument('docs/troubleshooting.md').matchAll(/^### `(.*)`$/gm)]
  assert.ok(messages.length > 20)
  const unknown = messages
    .map(([, message = '']) => message)
    .filter((message) => !sources.some((source) => source.includes(message)))
  assert.deepEqual(unknown, [])
})

/** A source with its texts as they are printed: one piece, and `…` for each value. */
function asPrinted(source: string): string {
  return source.replaceAll(/['`]\s*\+\s*['`]/g, '').replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…')
}

/** What a block of commands begins with, without the remark behind it. */
const firstCommand = (text: string) => (text.split('\n')[0] ?? '').replace(/ {2,}#.*$/, '')

/** Files of the clone by their whole paths, as in `cli/src/main.ts`. */
function namedPaths(text: string): string[] {
  const folders = new Set(
    readdirSync(ROOT, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name),
  )
  return [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => folders.has(path.split('/')[0] ?? '') && /\.\w+$/.test(path))
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  )
}
