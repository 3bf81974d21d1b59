import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Answer, type TestApi, openTestApi } from './testing/api.ts'
import { GENESIS, hashOf } from './testing/rows.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.close())

const get = (query: string, headers: Record<string, string> = {}) =>
  api.fetch(`/graphql?query=${encodeURIComponent(query)}`, { headers })

test('before the first block the process lives, is not ready, and says why', async () => {
  assert.equal((await api.fetch('/live')).status, 200)
  const ready = await api.fetch('/ready')
  assert.equal(ready.status, 503)
  assert.deepEqual(await ready.json(), {
    ready: false,
    reason: 'No block of the chain has been indexed yet.',
  })
  const answer = await get('{ meta { height } }')
  assert.equal(answer.status, 503)
  const { errors } = (await answer.json()) as Answer
  assert.match(errors![0]!.message, /^No block of the chain has been indexed yet\. Ask again/)
  assert.equal(errors![0]!.extensions.code, 'UNAVAILABLE')
})

test('with a head it is ready, and says which block it answers from', async () => {
  await api.database.rows.head(7, { finalized_height: 9, timestamp_ms: Date.now() - 65_000 })
  assert.equal((await api.fetch('/ready')).status, 200)
  const { meta } = await api.query(
    '{ meta { height hash finalizedHeight lagSeconds genesisHash timestamp chainSeconds } }',
  )
  assert.equal(meta.height, 7)
  assert.equal(meta.hash, hashOf(7))
  assert.equal(meta.finalizedHeight, 9)
  assert.equal(meta.genesisHash, GENESIS)
  assert.ok(meta.lagSeconds >= 65 && meta.lagSeconds < 600, `${meta.lagSeconds} s`)
})

test('when the indexer has stopped it is not ready, and answers all the same', async () => {
  await api.database.stopIndexer()
  const ready = await api.fetch('/ready')
  assert.equal(ready.status, 503)
  assert.deepEqual(await ready.json(), {
    ready: false,
    reason: 'The indexer has stopped: the rows stay those of block 7. Its log says why.',
  })
  assert.equal((await api.query('{ meta { height } }')).meta.height, 7)
  await api.database.startIndexer()
  assert.equal((await api.fetch('/ready')).status, 200)
})

test('figures for Prometheus say how far the rows have come, and what was answered', async () => {
  await api.database.notifyHead(api.changes)
  const response = await api.fetch('/metrics')
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  const text = await response.text()
  assert.match(text, /\ncovenant_head_height 7\n/)
  assert.match(text, /\ncovenant_finalized_height 9\n/)
  assert.match(text, /\ncovenant_lag_seconds \d+\n/)
  assert.match(text, /\ncovenant_answers_total\{status="200"\} \d+\n/)
  assert.match(text, /\ncovenant_answers_total\{status="503"\} \d+\n/)
  assert.match(text, /\nprocess_resident_memory_bytes \d+\n/)
})

test('a head from the future is no lag', async () => {
  await api.database.rows.head(8, { timestamp_ms: Date.now() + 600_000 })
  assert.equal((await api.query('{ meta { lagSeconds } }')).meta.lagSeconds, 0)
})

for (const query of [
  '{ meta { height } }',
  '{ __typename }',
  '{ nothing }',
  '{',
  '{ node(id: x) { id } }',
]) {
  test(`the answer to ${query} names its block in the headers`, async () => {
    const { headers } = await get(query)
    assert.equal(headers.get('covenant-height'), '8')
    assert.equal(headers.get('covenant-hash'), hashOf(8))
    assert.match(headers.get('covenant-lag-seconds') ?? '', /^\d+$/)
  })
}

test('headers, meta and rows of one answer are of one block, however fast the chain is', async () => {
  const { rows } = api.database
  await rows.query('delete from nodes')
  await rows.node({ id: 1, changed_height: 100 })
  await rows.head(100)
  const stop = new AbortController()
  const indexing = (async () => {
    for (let height = 101; !stop.signal.aborted; height += 1) {
      await rows.query(
        `with advanced as (update head set height = ${height}) update nodes set changed_height = ${height}`,
      )
    }
  })()
  const heights = new Set<number>()
  while (heights.size < 20) {
    const response = await get('{ node(id: 1) { changedHeight } meta { height } }')
    const { data } = (await response.json()) as Answer
    assert.equal(data.node.changedHeight, data.meta.height)
    assert.equal(response.headers.get('covenant-height'), String(data.meta.height))
    heights.add(data.meta.height)
  }
  stop.abort()
  await indexing
  await rows.head(8)
})

test('a GET whose answer is unchanged is a 304, and a changed one never is', async () => {
  const query = '{ work(node: 1) { cursor contracts { id } } }'
  const first = await get(query)
  const tag = first.headers.get('etag')!
  assert.equal(first.status, 200)
  assert.equal(first.headers.get('cache-control'), 'no-cache')

  for (const known of [tag, `W/${tag}`, `"other", ${tag}`]) {
    const same = await get(query, { 'if-none-match': known })
    assert.equal(same.status, 304, known)
    assert.equal(await same.text(), '')
    assert.equal(same.headers.get('covenant-height'), '8')
  }
  await api.database.rows.head(9)
  assert.equal(
    (await get(query, { 'if-none-match': tag })).status,
    304,
    'a block that changed nothing',
  )
  await api.database.rows.contract({ id: 1, changed_height: 9 })
  const changed = await get(query, { 'if-none-match': tag })
  assert.equal(changed.status, 200)
  assert.equal(((await changed.json()) as Answer).data.work.contracts.length, 1)
})

test('any page may read it, with the headers and without credentials', async () => {
  const preflight = await api.fetch('/graphql', {
    method: 'OPTIONS',
    headers: {
      origin: 'https://example.org',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  })
  assert.equal(preflight.status, 204)
  assert.equal(preflight.headers.get('access-control-allow-origin'), 'https://example.org')
  const { headers } = await get('{ meta { height } }', { origin: 'https://example.org' })
  assert.equal(headers.get('access-control-allow-origin'), 'https://example.org')
  assert.equal(headers.get('access-control-allow-credentials'), null)
  assert.match(headers.get('access-control-expose-headers') ?? '', /covenant-height/)
})

test('GraphiQL is one page that loads nothing from elsewhere', async () => {
  const response = await api.fetch('/graphql', { headers: { accept: 'text/html' } })
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /text\/html/)
  const page = await response.text()
  assert.match(page, /<title>Covenant<\/title>/)
  assert.ok(page.length > 1_000_000, 'the editor itself is in the page')
  const outside = /<(?:script|link|img|iframe)[^>]+(?:src|href)=["']?(?!data:)[^"'\s>]/i
  assert.doesNotMatch(page.replaceAll(/<script>[\s\S]*?<\/script>/g, ''), outside)
  assert.doesNotMatch(page, /unpkg\.com|jsdelivr|cdnjs/)
})

test('the schema can be asked for itself', async () => {
  const { getIntrospectionQuery } = await import('graphql')
  const { __schema } = await api.query(getIntrospectionQuery({ inputValueDeprecation: true }))
  assert.equal(__schema.queryType.name, 'Query')
})

test('another path says where things are', async () => {
  for (const path of ['/', '/graphq', '/x/graphql', '/live/']) {
    const response = await api.fetch(path)
    assert.equal(response.status, 404, path)
    assert.match(
      ((await response.json()) as { error: string }).error,
      /GraphQL is at \/graphql, health at \/live/,
    )
  }
})

test('what breaks inside is logged and not told', async () => {
  const { rows } = api.database
  await rows.query('alter table events rename column pallet to pallets')
  api.logged.length = 0
  try {
    const error = await api.refuse('{ events(pallet: "groups") { nodes { name } } }')
    assert.deepEqual(error, {
      message: 'Something went wrong here. The log of the API says what.',
      code: 'INTERNAL_SERVER_ERROR',
    })
  } finally {
    await rows.query('alter table events rename column pallets to pallet')
  }
  const logged = api.logged.find(({ level }) => level === 'error')
  assert.equal(logged?.sentence, 'a request failed')
  assert.match(String(logged.fields['error']), /column t\.pallet does not exist/)
  assert.equal(logged.fields['path'], 'events')
})

test('before the indexer has made its tables it is not ready, and says whose part that is', async () => {
  const { rows } = api.database
  await rows.query('alter table head rename to heads')
  try {
    const ready = await api.fetch('/ready')
    assert.equal(ready.status, 503)
    assert.deepEqual(await ready.json(), {
      ready: false,
      reason: 'The database has no tables yet: the indexer makes them.',
    })
  } finally {
    await rows.query('alter table heads rename to head')
  }
})

test('without its database it lives, is not ready, says so, and recovers when it is back', async () => {
  assert.equal((await api.fetch('/ready')).status, 200)
  await api.database.stop()
  api.logged.length = 0

  assert.equal((await api.fetch('/live')).status, 200)
  const ready = await api.fetch('/ready')
  assert.equal(ready.status, 503)
  assert.deepEqual(await ready.json(), { ready: false, reason: 'The database does not answer.' })

  const answer = await get('{ contracts { nodes { id } } }')
  assert.equal(answer.status, 503)
  const { errors } = (await answer.json()) as Answer
  assert.equal(errors?.[0]?.extensions.code, 'UNAVAILABLE')
  assert.match(errors[0].message, /^The database does not answer\. Ask again in a few seconds/)
  assert.ok(
    api.logged.some(
      ({ level, fields }) => level === 'error' && /ENOENT|ECONN/.test(String(fields['cause'])),
    ),
    'the log says what the database did',
  )
  assert.equal((await get('{ __typename }')).status, 200, 'what needs no rows is answered')

  await api.database.start()
  assert.equal((await api.fetch('/ready')).status, 200)
  assert.equal((await api.query('{ contracts { nodes { id } } }')).contracts.nodes.length, 1)
})

test('a statement that the database gave up is said to have taken too long', async () => {
  const { rows } = api.database
  await rows.query(`
    create function give_up() returns boolean language plpgsql as
      $$ begin raise exception using errcode = 'query_canceled'; end $$;
    alter table groups rename to all_groups;
    create view groups as select g.* from all_groups g where give_up()`)
  await rows.query(`insert into all_groups select 1, 'a', 'b', 'c', 0, 0, 0, 0, 0, 0, 0, 0, 0`)
  try {
    const error = await api.refuse('{ groups { nodes { id } } }')
    assert.equal(error.code, 'TIMEOUT')
    assert.match(error.message, /Ask for fewer items, or with a filter/)
  } finally {
    await rows.query('drop view groups; alter table all_groups rename to groups')
  }
})
