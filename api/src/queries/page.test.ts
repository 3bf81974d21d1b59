import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestApi, openTestApi } from '../testing/api.ts'
import { ALICE, BOB } from '../testing/rows.ts'
import { CONTRACT_SORTS } from './contracts.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
  const { rows } = api.database
  await rows.head(3)
  await rows.node({ id: 1 })
  await rows.node({ id: 2 })
  await rows.group({ id: 1 })
  await rows.group({ id: 2 })
  for (let id = 1; id <= 25; id += 1) {
    await rows.contract({
      id,
      node_id: 1 + (id % 2),
      owner: id % 5 === 0 ? BOB : ALICE,
      escrow: String(2n ** 100n + BigInt(id % 4)),
      name: ['shop', 'bakery', ''][id % 3],
      changed_height: id % 7,
    })
    await rows.event({ height: 1 + (id % 3), index: id, contract_id: id })
  }
  for (const group_id of [1, 2]) {
    for (let id = 0; id < 3; id += 1) await rows.proposal({ group_id, id })
  }
})
after(() => api.close())

const PAGE = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { id }'

test('a page without arguments holds the 20 newest', async () => {
  const { contracts } = await api.query(`{ contracts { ${PAGE} } }`)
  assert.deepEqual(idsOf(contracts), range(25, 6))
  assert.equal(contracts.pageInfo.hasNextPage, true)
  assert.equal(contracts.pageInfo.hasPreviousPage, false)
})

test('following the end cursor reaches every row once, also while newer rows arrive', async () => {
  const query = `query ($after: String) { contracts(first: 7, after: $after, node: 1) { ${PAGE} } }`
  const seen: number[] = []
  let after: string | undefined
  for (let page = 0; ; page += 1) {
    const { contracts } = await api.query(query, { after })
    seen.push(...idsOf(contracts))
    assert.equal(contracts.pageInfo.hasPreviousPage, page > 0)
    if (!contracts.pageInfo.hasNextPage) break
    after = contracts.pageInfo.endCursor
    await api.database.rows.contract({ id: 1_000 + 2 * page, node_id: 1 })
  }
  await api.database.rows.query('delete from specs where contract_id >= 1000')
  await api.database.rows.query('delete from contracts where id >= 1000')
  assert.deepEqual(
    seen,
    range(25, 1).filter((id) => id % 2 === 0),
  )
})

test('`last` with `before` walks back over the same pages', async () => {
  const forward = await api.query(`{ contracts(first: 10) { ${PAGE} } }`)
  const { endCursor } = forward.contracts.pageInfo
  const { contracts } = await api.query(
    `query ($before: String) { contracts(last: 4, before: $before) { ${PAGE} } }`,
    { before: endCursor },
  )
  assert.deepEqual(idsOf(contracts), [20, 19, 18, 17])
  assert.equal(contracts.pageInfo.hasPreviousPage, true)
  assert.equal(contracts.pageInfo.hasNextPage, true)
  const end = await api.query(`{ contracts(last: 3) { ${PAGE} } }`)
  assert.deepEqual(idsOf(end.contracts), [3, 2, 1])
  assert.equal(end.contracts.pageInfo.hasNextPage, false)
})

test('`after` and `before` together hold what lies between them', async () => {
  const { contracts } = await api.query('{ contracts(first: 6) { edges { cursor } } }')
  const cursors = contracts.edges.map((edge: { cursor: string }) => edge.cursor)
  const between = await api.query(
    `query ($after: String, $before: String) { contracts(after: $after, before: $before) { ${PAGE} } }`,
    { after: cursors[1], before: cursors[5] },
  )
  assert.deepEqual(idsOf(between.contracts), [23, 22, 21])
})

test('a list with a key of two columns goes on in the middle of its first', async () => {
  const first = await api.query(
    '{ events(first: 10) { pageInfo { endCursor } nodes { height index } } }',
  )
  const second = await api.query(
    'query ($after: String) { events(first: 100, after: $after) { nodes { height index } } }',
    { after: first.events.pageInfo.endCursor },
  )
  const all = [...first.events.nodes, ...second.events.nodes]
  assert.equal(all.length, 25)
  const places = all.map(({ height, index }) => height * 1000 + index)
  assert.deepEqual(
    places,
    [...places].sort((a, b) => b - a),
  )
})

for (const sort of Object.keys(CONTRACT_SORTS)) {
  for (const direction of ['ASC', 'DESC']) {
    test(`by ${sort}, ${direction}: every row once, in one order, forwards and back`, async () => {
      const column = { CREATED: 'id', CHANGED: 'changedHeight', NAME: 'name' }[sort]
      const shown = column ?? sort.toLowerCase()
      const ask = async (args: string) => {
        const query = `{ contracts(sort: ${sort}, direction: ${direction}, ${args}) { ${PAGE} nodes { id value: ${shown} } } }`
        return (await api.query(query)).contracts
      }
      const forwards = []
      for (let place = ''; ;) {
        const page = await ask(`first: 4 ${place}`)
        forwards.push(...page.nodes)
        if (!page.pageInfo.hasNextPage) break
        place = `, after: "${page.pageInfo.endCursor}"`
      }
      const backwards = []
      for (let place = ''; ;) {
        const page = await ask(`last: 4 ${place}`)
        backwards.unshift(...page.nodes)
        if (!page.pageInfo.hasPreviousPage) break
        place = `, before: "${page.pageInfo.startCursor}"`
      }
      assert.deepEqual(backwards, forwards)
      assert.deepEqual(
        new Set(idsOf({ nodes: forwards })),
        new Set(idsOf({ nodes: [...range(25, 1)].map((id) => ({ id: String(id) })) })),
      )
      const compare = (a: Sorted, b: Sorted) => keyOf(a).localeCompare(keyOf(b))
      const sorted = [...forwards].sort(compare)
      assert.deepEqual(forwards, direction === 'ASC' ? sorted : sorted.toReversed())
    })
  }
}

type Sorted = { id: string; value: string | number | null }

/** Numbers with as many digits each, so that they are in the order of their texts. */
function keyOf({ id, value }: Sorted): string {
  const text = value === null ? '' : String(value)
  return `${/^\d+$/.test(text) ? text.padStart(40, '0') : text} ${id.padStart(40, '0')}`
}

test('an empty list is an empty page', async () => {
  const { contracts } = await api.query(`{ contracts(state: Closed) { ${PAGE} } }`)
  assert.deepEqual(contracts, {
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    nodes: [],
  })
})

test('the inner lists of a page are read by one statement, each with its own rows', async () => {
  const query =
    '{ nodes { nodes { id contracts(first: 3) { nodes { id events(first: 1) { nodes { contract { id } } } } } } } }'
  let data
  const statements = await api.statementsOf(async () => {
    data = await api.query(query)
  })
  assert.deepEqual(data, {
    nodes: {
      nodes: [
        { id: '2', contracts: { nodes: [25, 23, 21].map(contractWithEvent) } },
        { id: '1', contracts: { nodes: [24, 22, 20].map(contractWithEvent) } },
      ],
    },
  })
  // Nodes, their contracts, their events, and the events' contracts.
  assert.equal(statements.length, 4)
})

test('inner pages go on from a cursor too, and backwards', async () => {
  const { groups } = await api.query(
    '{ groups { nodes { id proposals(first: 2) { edges { cursor node { id } } } } } }',
  )
  assert.deepEqual(
    groups.nodes.map((group: { proposals: { edges: { node: { id: string } }[] } }) =>
      group.proposals.edges.map(({ node }) => node.id),
    ),
    [
      ['2', '1'],
      ['2', '1'],
    ],
  )
  const backwards = await api.query('{ groups { nodes { proposals(last: 2) { nodes { id } } } } }')
  assert.deepEqual(idsOf(backwards.groups.nodes[1].proposals), [1, 0])
})

const refusals: [query: string, message: RegExp][] = [
  ['{ contracts(first: 0) { nodes { id } } }', /`first` is 0; a page holds from 1 to 100/],
  ['{ contracts(first: 101) { nodes { id } } }', /`first` is 101; a page holds from 1 to 100/],
  ['{ contracts(last: -1) { nodes { id } } }', /`last` is -1; a page holds from 1 to 100/],
  ['{ contracts(first: 1, last: 1) { nodes { id } } }', /`first` or for `last`, not for both/],
  ['{ contracts(after: "x") { nodes { id } } }', /`after` is no cursor of contracts: send one/],
  ['{ contracts(before: "") { nodes { id } } }', /`before` is no cursor of contracts/],
  [
    `{ contracts(after: "${cursor(['events', 1, 2])}") { nodes { id } } }`,
    /no cursor of contracts/,
  ],
  [`{ contracts(after: "${cursor(['contracts'])}") { nodes { id } } }`, /no cursor of contracts/],
  [`{ contracts(after: "${cursor(['contracts', 1, 2])}") { nodes { id } } }`, /no cursor/],
  [`{ contracts(after: "${cursor(['contracts', -1])}") { nodes { id } } }`, /no cursor/],
  [`{ contracts(after: "${cursor(['contracts', '1'])}") { nodes { id } } }`, /no cursor/],
  [`{ contracts(after: "${cursor(['contracts', 1e30])}") { nodes { id } } }`, /no cursor/],
  [
    `{ contracts(sort: ESCROW, after: "${cursor(['contracts', 1])}") { nodes { id } } }`,
    /no cursor of contracts by escrow/,
  ],
  [
    `{ contracts(sort: ESCROW, direction: ASC, after: "${cursor(['contracts by escrow', '1', 1])}") { nodes { id } } }`,
    /no cursor of contracts by escrow, the lowest first/,
  ],
  [
    `{ contracts(sort: ESCROW, after: "${cursor(['contracts by escrow', '-1', 1])}") { nodes { id } } }`,
    /no cursor/,
  ],
  [
    `{ contracts(sort: NAME, after: "${cursor(['contracts by name', '\0', 1])}") { nodes { id } } }`,
    /no cursor/,
  ],
  [
    `{ nodes(sort: FREE_GPUS, after: "${cursor(['nodes by free_gpus', 2 ** 31, 1])}") { nodes { id } } }`,
    /no cursor/,
  ],
]
for (const [query, message] of refusals) {
  test(`${query} is refused`, async () => {
    const error = await api.refuse(query)
    assert.match(error.message, message)
    assert.equal(error.code, 'BAD_USER_INPUT')
  })
}

function cursor(place: unknown[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

function contractWithEvent(id: number) {
  return { id: String(id), events: { nodes: [{ contract: { id: String(id) } }] } }
}

function idsOf({ nodes }: { nodes: { id: string }[] }): number[] {
  return nodes.map(({ id }) => Number(id))
}

function range(from: number, to: number): number[] {
  return Array.from({ length: from - to + 1 }, (_, index) => from - index)
}
