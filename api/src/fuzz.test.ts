import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createDice, type Dice } from '@covenant/schema/testing-dice'
import { getNamedType, type GraphQLField, isObjectType } from 'graphql'
import { schema } from './schema/index.ts'
import { type Answer, type TestApi, openTestApi } from './testing/api.ts'
import { ALICE } from './testing/rows.ts'

const DOCUMENTS = 1_500
const REQUESTS = 500
/** The same in each run, so that a failure is the change's; another seed looks elsewhere. */
const SEED = Number(process.env['COVENANT_FUZZ_SEED'] ?? 1)

let api: TestApi
before(async () => {
  api = await openTestApi()
  const { rows } = api.database
  await rows.head(9)
  await rows.group({ id: 0, members: [{ account: ALICE }] })
  await rows.proposal({ group_id: 0, id: 0, votes: [[ALICE, 'Approve', 1]] })
  await rows.node({ id: 1 })
  await rows.contract({ id: 1, version: 2 })
  await rows.event({ height: 1, index: 0, contract_id: 1 })
})
after(() => api.close())

const HOSTILE = [
  ...['0', '-1', '1.5', '1e400', '2147483648', '9007199254740993', '99999999999999999999999999'],
  ...['null', 'true', '{}', '[]', '[[[1]]]', '{ a: 1 }', 'Open', '$x', '$nothing'],
  ...['""', '"1"', '"-1"', '"\\u0000"', '"\\uD800"', '"’"', '"’; drop table head; --"', '"3/0"'],
  ...[JSON.stringify(ALICE), `"${'1'.repeat(400)}"`, '"""block"""', `"0x${'0'.repeat(64)}"`],
]

/** A field with arguments good and bad, and fields of its own, as deep as `depth` allows. */
function write(field: GraphQLField<unknown, unknown>, dice: Dice, depth: number): string {
  const given = field.args.filter((arg) => dice.chance(arg.name === 'id' ? 0.9 : 0.4))
  const args = given.map((arg) => `${arg.name}: ${dice.of(HOSTILE)}`)
  const head = args.length > 0 ? `${field.name}(${args.join(', ')})` : field.name
  const type = getNamedType(field.type)
  if (!isObjectType(type)) return head
  const fields = Object.values(type.getFields())
  const inner = Array.from({ length: 1 + dice.below(3) }, () => {
    if (depth === 0) return '__typename'
    const alias = dice.chance(0.1) ? `a${dice.below(3)}: ` : ''
    return alias + write(dice.of(fields), dice, depth - 1)
  })
  return `${head} { ${inner.join(' ')} }`
}

const SIGNS = [
  '{',
  '}',
  '(',
  ')',
  '...',
  '@include(if: 1)',
  '@skip(if: $x)',
  '$x',
  '!',
  '\0',
  '’',
  '"',
  '#',
]

/** Takes a word out of a document, or puts a sign in. */
function damage(document: string, dice: Dice): string {
  const words = document.split(' ')
  const place = dice.below(words.length + 1)
  return words
    .toSpliced(place, dice.below(2), ...(dice.chance(0.7) ? [dice.of(SIGNS)] : []))
    .join(' ')
}

function writeDocument(dice: Dice): string {
  const root = dice.chance(0.05) ? schema.getSubscriptionType() : schema.getQueryType()
  const fields = Object.values(root?.getFields() ?? {})
  const body = Array.from({ length: 1 + dice.below(2) }, () =>
    write(dice.of(fields), dice, dice.below(9)),
  )
  const operation = root === schema.getQueryType() ? 'query' : 'subscription'
  const variables = dice.chance(0.3) ? '($x: Int)' : ''
  let document = `${operation} ${variables} { ${body.join(' ')} }`
  while (dice.chance(0.3)) document = damage(document, dice)
  return document
}

/** What an answer must be, whatever was asked. */
async function check(response: Response, asked: string): Promise<void> {
  const text = response.headers.get('content-type')?.includes('event-stream')
    ? ''
    : await response.text()
  await response.body?.cancel().catch(() => undefined)
  const told = `seed ${SEED}: ${asked}\n→ ${response.status} ${text.slice(0, 500)}`
  assert.ok(response.status < 500, told)
  const { errors = [] } = text.startsWith('{') ? (JSON.parse(text) as Answer) : {}
  assert.ok(!errors.some(({ extensions }) => extensions?.code === 'INTERNAL_SERVER_ERROR'), told)
}

test('whatever document is sent, the answer is the data or the caller’s error', async () => {
  const dice = createDice(SEED)
  let answered = 0
  for (let count = 0; count < DOCUMENTS; count += 1) {
    const query = writeDocument(dice)
    const variables = dice.of([undefined, null, {}, { x: 1 }, { x: 'y' }, { x: 1e308 }, []])
    const response = await api.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query, variables }),
    })
    if (response.status === 200) answered += 1
    await check(response, query)
  }
  assert.ok(answered > DOCUMENTS / 10, `${answered} were answered: the rest says little`)
  assert.deepEqual(
    api.logged.filter(({ level }) => level === 'error'),
    [],
  )
})

const TYPES = [
  ...['application/json', 'application/graphql', 'text/plain', 'multipart/form-data', ''],
  ...['application/json; charset=utf-16', 'application/x-www-form-urlencoded', 'a/b; c="'],
]
const BODIES = [
  ...['', '{', 'null', '[]', '"', '{"query":{}}', '{"query":"{meta{height}}"}', '\uFEFF{}'],
  ...['query=%', '--x\r\n', 'x'.repeat(70_000), `{"query":"${'{a'.repeat(2_000)}"}`],
  ...[`{"query":"{meta{height}}","variables":${'['.repeat(3_000)}${']'.repeat(3_000)}}`],
  ...['{"query":"{meta{height}}","extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}'],
  ...[
    '{"__proto__":{"query":"{meta{height}}"}}',
    '{"query":"{meta{height}}","operationName":"__proto__"}',
  ],
]
const QUERIES = [
  '',
  '?query',
  '?query=',
  '?query={meta{height}}',
  '?query=%FF',
  '?query={&query={',
  '?variables=x',
]
const HEADERS: [string, string][] = [
  ['accept', '*/*;q=x'],
  ['accept', 'text/event-stream'],
  ['accept', 'nothing/at-all'],
  ['accept-encoding', 'br;q=9'],
  ['content-encoding', 'gzip'],
  ['if-none-match', '*'],
  ['if-none-match', `"${'x'.repeat(43)}.1.9.${'x'.repeat(22)}"`],
  ['prefer', 'wait=99999999999'],
  ['origin', 'null'],
  ['x-big', 'x'.repeat(8_000)],
]

test('whatever request is sent, the answer is no error of the server', async () => {
  const dice = createDice(SEED)
  for (let count = 0; count < REQUESTS; count += 1) {
    const method = dice.of(['GET', 'POST', 'POST', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])
    const path = `${dice.of(['/graphql', '/graphql', '/graphql/', '/', '/live', '/%'])}${dice.of(QUERIES)}`
    const headers = new Headers(dice.chance(0.5) ? [dice.of(HEADERS)] : [])
    if (dice.chance(0.8)) headers.set('content-type', dice.of(TYPES))
    const hasBody = method !== 'GET' && method !== 'HEAD'
    const body = hasBody ? dice.of(BODIES) : null
    const response = await api.fetch(path, { method, headers, body })
    await check(
      response,
      `${method} ${path} ${JSON.stringify([...headers])} ${body?.slice(0, 200)}`,
    )
  }
})
