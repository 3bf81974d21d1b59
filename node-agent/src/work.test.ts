import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { createWorkClient } from './work.ts'

type Reply = { status?: number; body: unknown; etag?: string; applied?: string }

async function serve(t: TestContext, reply: (asked: Asked) => Reply) {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const question = readQuestion(request)
    asked.push(question)
    const { status = 200, body, etag, applied } = reply(question)
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(etag === undefined ? {} : { etag }),
      ...(applied === undefined ? {} : { 'preference-applied': applied }),
    })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

type Asked = {
  node: string
  since: string | null
  etag: string | undefined
  prefer: string | undefined
}

function readQuestion({ url, headers }: IncomingMessage): Asked {
  const variables = new URL(url ?? '', 'http://x').searchParams.get('variables')
  const prefer = headers['prefer']
  return {
    ...JSON.parse(variables ?? '{}'),
    etag: headers['if-none-match'],
    prefer: prefer === undefined ? undefined : String(prefer),
  }
}

const work = (cursor: string, ids: number[], more = false) => ({
  data: {
    work: {
      cursor,
      more,
      contracts: ids.map((id) => ({ id: `${id}`, running: null, pending: { body: `body ${id}` } })),
    },
  },
})
const signal = new AbortController().signal

test('each poll asks for what changed since the one before, and for the rest of a long answer at once', async (t) => {
  const answers = [work('a', [1, 2], true), work('b', [3]), work('b', [])]
  const { asked, url } = await serve(t, () => ({ body: answers.shift() }))
  const client = createWorkClient(url)
  assert.deepEqual(
    (await client.poll(7, signal)).map(({ id, bodies }) => [id, bodies]),
    [
      [1, ['body 1']],
      [2, ['body 2']],
      [3, ['body 3']],
    ],
  )
  assert.deepEqual(await client.poll(7, signal), [])
  assert.deepEqual(
    asked.map(({ node, since }) => [node, since]),
    [
      ['7', null],
      ['7', 'a'],
      ['7', 'b'],
    ],
  )
})

test('an answer that does not change is asked for by its tag, and 304 means nothing new', async (t) => {
  const { asked, url } = await serve(t, ({ etag }) =>
    etag === '"x"' ? { status: 304, body: '' } : { body: work('a', []), etag: '"x"' },
  )
  const client = createWorkClient(url)
  for (let index = 0; index < 3; index++) assert.deepEqual(await client.poll(1, signal), [])
  assert.deepEqual(
    asked.map(({ etag }) => etag),
    [undefined, undefined, '"x"'],
    'the tag of the question without a cursor says nothing of the one with it',
  )
})

test('where nothing has changed it lets the API hold the answer back, and says whether it did', async (t) => {
  let applied: string | undefined = 'wait=30'
  const { asked, url } = await serve(t, ({ etag, prefer }) =>
    etag === '"x"' && prefer === 'wait=30'
      ? { status: 304, body: '', ...(applied === undefined ? {} : { applied }) }
      : { body: work('a', []), etag: '"x"' },
  )
  const client = createWorkClient(url)
  const held = []
  for (let index = 0; index < 3; index++) {
    await client.poll(1, signal)
    held.push(client.wasHeld())
  }
  assert.deepEqual(held, [false, false, true])
  applied = undefined
  await client.poll(1, signal)
  assert.equal(client.wasHeld(), false, 'an API that answers at once is not asked again at once')
  assert.deepEqual(
    asked.map(({ prefer }) => prefer),
    [undefined, undefined, 'wait=30', 'wait=30'],
  )
})

test('a restart ends a call that waits for its answer, and the next one asks for everything', async (t) => {
  const waiting = Promise.withResolvers<void>()
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    const { since, etag } = readQuestion(request)
    asked.push(`${since} ${etag}`)
    if (etag === undefined) {
      response.writeHead(200, { 'content-type': 'application/json', etag: '"x"' })
      response.end(JSON.stringify(work('a', [])))
    } else waiting.resolve()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const client = createWorkClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  await client.poll(1, signal)
  await client.poll(1, signal)
  const held = client.poll(1, signal)
  await waiting.promise
  client.restart()
  assert.deepEqual(await held, [])
  await client.poll(1, signal)
  assert.deepEqual(asked, ['null undefined', 'a undefined', 'a "x"', 'null undefined'])
})

test('after a failure everything is asked for again', async (t) => {
  const answers: Reply[] = [
    { body: work('a', [1]) },
    { status: 503, body: 'busy' },
    { body: work('b', [1]) },
  ]
  const { asked, url } = await serve(t, () => answers.shift() as Reply)
  const client = createWorkClient(url)
  await client.poll(1, signal)
  await assert.rejects(client.poll(1, signal), /the API answered 503/)
  await client.poll(1, signal)
  assert.deepEqual(
    asked.map(({ since }) => since),
    [null, 'a', null],
  )
})

test('an answer of another shape, an error and a server that is away are told apart', async (t) => {
  const replies: Reply[] = [
    { body: { data: { work: { cursor: 1 } } } },
    { body: 'no json' },
    { body: { errors: [{ message: 'no such node' }] } },
    { body: work('a', [-1]) },
  ]
  const { url } = await serve(t, () => replies.shift() as Reply)
  const client = createWorkClient(url)
  await assert.rejects(client.poll(1, signal), /another shape than it promises/)
  await assert.rejects(client.poll(1, signal), /another shape than it promises/)
  await assert.rejects(client.poll(1, signal), /the API answered: no such node/)
  await assert.rejects(client.poll(1, signal), /another shape than it promises/)
  await assert.rejects(createWorkClient('http://127.0.0.1:1').poll(1, signal), /cannot be reached/)
})
