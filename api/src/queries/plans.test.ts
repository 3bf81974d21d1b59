import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { escapeLiteral } from 'pg'
import { toQuery } from '../sql.ts'
import { type TestApi, openTestApi } from '../testing/api.ts'
import { ALICE, BOB, secondsAt } from '../testing/rows.ts'
import { CONTRACT_SORTS } from './contracts.ts'
import { NODE_SORTS } from './nodes.ts'

const ROWS = 10_000
const NODES = 5_000
/** A page of what is one row in fifty may be found by going through the others, no more. */
const MAX_ROWS_READ = ROWS / 4

let api: TestApi
before(async () => {
  api = await openTestApi()
  const { rows } = api.database
  await rows.head(ROWS)
  await rows.group({ id: 0 })
  await rows.proposal({ group_id: 0, id: 0 })
  await rows.node({ id: 0, last_seen: secondsAt(ROWS) })
  await rows.contract({ id: 0, node_id: 0 })
  await rows.event({ height: 1, index: 0 })
  // Most rows are Alice's, closed and of node 1; one in fifty is not.
  const rare = (n: string) => `${n} % 50 = 0`
  await rows.query(`
    -- References hold by the way the rows are made; checking each would take most of the time.
    set session_replication_role = replica;
    insert into blocks select n, '0x' || n, '0x', 0, 0 from generate_series(2, ${ROWS}) n on conflict do nothing;
    insert into groups select (g).* from (select jsonb_populate_record(groups, jsonb_build_object(
      'id', n, 'account', 'group' || n)) g from groups, generate_series(1, ${ROWS / 10}) n where id = 0) x;
    insert into group_epochs select n, 0, 51, 51, 51, 51, '[]', 100, 1 from generate_series(1, ${ROWS / 10}) n;
    insert into members select n, case when ${rare('n')} then '${BOB}' else 'member' || n end, 0, 1, '{}', 1, 1
      from generate_series(1, ${ROWS / 10}) n;
    insert into proposals select (p).* from (select jsonb_populate_record(proposals, jsonb_build_object(
      'group_id', n % ${ROWS / 10}, 'id', 1 + n / ${ROWS / 10},
      'state', case when ${rare('n')} then 'Open' else 'Executed' end,
      'proposer', case when ${rare('n')} then '${BOB}' else '${ALICE}' end)) p
      from proposals, generate_series(1, ${ROWS}) n where id = 0) x;
    insert into nodes select (d).* from (select jsonb_populate_record(nodes, jsonb_build_object(
      'id', n, 'region', case when ${rare('n')} then 'us' else 'eu' end,
      'state', case when n % 100 = 0 then 'Draining' when n % 10 = 1 then 'Retired' else 'Active' end,
      'last_seen', case when ${rare('n')} then ${secondsAt(ROWS)} else 7 end,
      'attributes', case when ${rare('n')} then '[{"key":"disk","value":"nvme"}]'::jsonb else '[]'::jsonb end,
      'contract_count', n % 7,
      'free_cpu', n, 'free_memory', n, 'free_storage', n, 'free_gpus', case when ${rare('n')} then 1 else 0 end,
      'free_public_ipv4', case when ${rare('n')} then 1 else 0 end,
      'price_cpu', n, 'price_memory', n, 'price_storage', n, 'price_gpu', n, 'price_public_ipv4', n,
      'operator', case when ${rare('n')} then '${BOB}' else '${ALICE}' end)) d
      from nodes, generate_series(1, ${NODES}) n where id = 0) x;
    insert into contracts select (c).* from (select jsonb_populate_record(contracts, jsonb_build_object(
      'id', n, 'changed_height', n, 'created_at', n, 'escrow', n % 1000, 'paid', n % 999,
      'name', case when ${rare('n')} then 'shop' else 'name' || n end,
      'state', case when ${rare('n')} then 'Running' else 'Closed' end,
      'owner', case when ${rare('n')} then '${BOB}' else '${ALICE}' end,
      'node_id', case when ${rare('n')} then n / 50 else 1 end)) c
      from contracts, generate_series(1, ${ROWS}) n where id = 0) x;
    insert into contract_images
      select n, 'sha256:' || case when ${rare('n')} then '${'a'.repeat(64)}' else '${'b'.repeat(64)}' end
      from generate_series(1, ${ROWS}) n;
    insert into events select (e).* from (select jsonb_populate_record(events, jsonb_build_object(
      'height', n, 'pallet', case when ${rare('n')} then 'groups' else 'system' end,
      'name', case when ${rare('n')} then 'Proposed' else 'Other' end,
      'accounts', case when ${rare('n')} then array['${BOB}'] else array['${ALICE}'] end,
      'group_id', case when ${rare('n')} then n / 50 end, 'proposal_id', 0,
      'node_id', case when ${rare('n')} then n / 50 else 1 end,
      'contract_id', n / 10)) e
      from events, generate_series(2, ${ROWS}) n where height = 1) x;
    reset session_replication_role;
    analyze`)
})
after(() => api.close())

const lists = [
  '{ groups { nodes { id } } }',
  `{ groups(member: "${BOB}") { nodes { id } } }`,
  '{ group(id: 7) { id } }',
  '{ proposals { nodes { id } } }',
  '{ proposals(state: Open) { nodes { id } } }',
  '{ proposals(group: 7) { nodes { id } } }',
  '{ proposals(group: 7, state: Executed) { nodes { id } } }',
  `{ proposals(proposer: "${BOB}") { nodes { id } } }`,
  `{ proposals(awaitingVoteOf: "${BOB}") { nodes { id } } }`,
  '{ proposal(group: 7, id: 1) { id } }',
  '{ nodes { nodes { id } } }',
  '{ nodes(state: Active) { nodes { id } } }',
  '{ nodes(region: "us") { nodes { id } } }',
  '{ nodes(isLive: true) { nodes { id } } }',
  `{ nodes(operator: "${BOB}") { nodes { id } } }`,
  '{ contracts { nodes { id } } }',
  '{ contracts(state: Running) { nodes { id } } }',
  '{ contracts(state: Closed) { nodes { id } } }',
  `{ contracts(owner: "${BOB}") { nodes { id } } }`,
  `{ contracts(owner: "${ALICE}") { nodes { id } } }`,
  '{ contracts(node: 1) { nodes { id } } }',
  '{ contracts(node: 7) { nodes { id } } }',
  '{ contracts(node: 1, state: Running) { nodes { id } } }',
  `{ contracts(owner: "${ALICE}", state: Running) { nodes { id } } }`,
  '{ contracts(group: 7) { nodes { id } } }',
  '{ contracts(name: "shop") { nodes { id } } }',
  '{ contracts(name: "name7") { nodes { id } } }',
  `{ contracts(imageDigest: "sha256:${'a'.repeat(64)}") { nodes { id } } }`,
  `{ contracts(imageDigest: "sha256:${'b'.repeat(64)}") { nodes { id } } }`,
  `{ contracts(imageDigest: "sha256:${'c'.repeat(64)}") { nodes { id } } }`,
  ...[
    'createdFrom: "1970-01-01T02:00:00Z"',
    'createdBefore: "1970-01-01T00:10:00Z"',
    'createdFrom: "1970-01-01T01:00:00Z", createdBefore: "1970-01-01T01:10:00Z"',
  ].flatMap((range) => [
    `{ contracts(${range}) { nodes { id } } }`,
    `{ contracts(${range}, state: Running) { nodes { id } } }`,
    `{ contracts(${range}, direction: ASC) { nodes { id } } }`,
  ]),
  ...Object.keys(CONTRACT_SORTS).flatMap((sort) => [
    `{ contracts(sort: ${sort}) { nodes { id } } }`,
    `{ contracts(sort: ${sort}, direction: ASC) { nodes { id } } }`,
    `{ contracts(sort: ${sort}, state: Running) { nodes { id } } }`,
    `{ contracts(sort: ${sort}, state: Closed) { nodes { id } } }`,
    `{ contracts(sort: ${sort}, owner: "${BOB}") { nodes { id } } }`,
    `{ contracts(sort: ${sort}, node: 7) { nodes { id } } }`,
    `{ contracts(sort: ${sort}, name: "shop") { nodes { id } } }`,
  ]),
  '{ nodes(isLive: false) { nodes { id } } }',
  '{ nodes(state: Draining) { nodes { id } } }',
  '{ nodes(state: Active, isLive: true, region: "us") { nodes { id } } }',
  '{ nodes(attributes: { key: "disk", value: "nvme" }) { nodes { id } } }',
  '{ nodes(attributes: { key: "disk", value: "none" }) { nodes { id } } }',
  ...['cpu: 1', 'memory: 1', 'storage: 1', 'gpus: 1', 'publicIpv4: 1'].flatMap((some) => [
    `{ nodes(freeAtLeast: { ${some} }) { nodes { id } } }`,
    `{ nodes(freeAtLeast: { ${some} }, maxRate: "50") { nodes { id } } }`,
  ]),
  ...['cpu: 4950', 'memory: 4950', 'storage: 4950', 'gpus: 7', 'publicIpv4: 7'].map(
    (much) => `{ nodes(freeAtLeast: { ${much} }) { nodes { id } } }`,
  ),
  '{ nodes(freeAtLeast: { cpu: 3, memory: 3, storage: 3 }, maxRate: "99") { nodes { id } } }',
  ...Object.keys(NODE_SORTS).flatMap((sort) => [
    `{ nodes(sort: ${sort}) { nodes { id } } }`,
    `{ nodes(sort: ${sort}, direction: ASC) { nodes { id } } }`,
    `{ nodes(sort: ${sort}, state: Active) { nodes { id } } }`,
    `{ nodes(sort: ${sort}, region: "us") { nodes { id } } }`,
    `{ nodes(sort: ${sort}, isLive: true) { nodes { id } } }`,
  ]),
  '{ events { nodes { name } } }',
  '{ events(pallet: "groups") { nodes { name } } }',
  '{ events(pallet: "system") { nodes { name } } }',
  '{ events(pallet: "groups", name: "Proposed") { nodes { name } } }',
  '{ events(group: 7) { nodes { name } } }',
  '{ events(group: 7, proposal: 0) { nodes { name } } }',
  '{ events(node: 1) { nodes { name } } }',
  '{ events(node: 7) { nodes { name } } }',
  '{ events(contract: 7) { nodes { name } } }',
  `{ events(account: "${ALICE}") { nodes { name } } }`,
  `{ events(account: "${BOB}") { nodes { name } } }`,
  '{ events(fromHeight: 100, toHeight: 200) { nodes { name } } }',
  // Inner lists: a page, and then one of each of its rows.
  '{ nodes(last: 3) { nodes { contracts(first: 3, state: Running) { nodes { id } } } } }',
  '{ nodes(last: 3) { nodes { events(first: 3) { nodes { name } } } } }',
  '{ groups(last: 3) { nodes { proposals(first: 3) { nodes { id } } } } }',
  '{ groups(last: 3) { nodes { events(first: 3) { nodes { name } } } } }',
  '{ contracts(last: 3) { nodes { events(first: 3) { nodes { name } } } } }',
  '{ proposals(last: 3) { nodes { events(first: 3) { nodes { name } } } } }',
  `{ account(address: "${BOB}") { votes { nodes { vote } } } }`,
  `{ account(address: "${BOB}") { awaitingVote { nodes { id } } } }`,
  `{ account(address: "${BOB}") { contracts { nodes { id } } nodes { nodes { id } } } }`,
  `{ account(address: "${BOB}") { proposals { nodes { id } } groups { nodes { id } } } }`,
  `{ account(address: "${BOB}") { events { nodes { name } } } }`,
  '{ search(text: "7") { __typename } }',
  '{ search(text: "7/1") { __typename } }',
  '{ search(text: "shop") { __typename } }',
  `{ search(text: "${BOB}") { __typename } }`,
  `{ search(text: "0x${'0'.repeat(64)}") { __typename } }`,
  '{ work(node: 1) { cursor } }',
  '{ work(node: 7) { cursor } }',
]
for (const query of lists) {
  test(`${query} does not read its table whole`, async () => {
    const statements = await api.statementsOf(() => api.query(query))
    for (const statement of statements) {
      const query = toQuery(statement)
      const plans = [await planOf(query)]
      if (statement.isPrepared) plans.push(await planWithoutValues(query))
      for (const { read, scanned, plan } of plans) {
        assert.deepEqual(scanned, [], 'read from its first row to its last')
        assert.ok(read <= MAX_ROWS_READ, `${read} rows were read: ${JSON.stringify(plan)}`)
      }
    }
  })
}

test('a filter that no index serves is seen', async () => {
  const { scanned, read } = await planOf({
    text: `select * from contracts where health = 'Healthy' order by id`,
    values: [],
  })
  assert.deepEqual(scanned, ['contracts'])
  assert.ok(read > MAX_ROWS_READ)
})

type Plan = {
  'Node Type': string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  'Relation Name'?: string
  Plans?: Plan[]
}

/** Those that grow with what the network does; of the others there are few rows here, or ever. */
const LARGE = new Set(['contracts', 'contract_images', 'nodes', 'events'])

type Query = { text: string; values: unknown[] }

async function planOf({ text, values }: Query) {
  const { rows } = await api.database.rows.query(`explain (analyze, format json) ${text}`, values)
  return readPlan(rows)
}

/** As a statement is planned that is kept, for whatever values come. */
async function planWithoutValues({ text, values }: Query) {
  const written = values.map((value) => {
    const isList = Array.isArray(value)
    return escapeLiteral(
      isList ? `{${value.map((one) => JSON.stringify(String(one))).join(',')}}` : String(value),
    )
  })
  const results = (await api.database.rows.query(`
    set plan_cache_mode = force_generic_plan;
    prepare kept as ${text};
    explain (analyze, format json) execute kept${written.length > 0 ? `(${written.join(', ')})` : ''};
    deallocate kept;
    reset plan_cache_mode`)) as unknown as { rows: Record<string, unknown>[] }[]
  return readPlan(results[2]?.rows ?? [])
}

/** How many rows of tables the statement touched, kept or not, and which of them it read without an index. */
function readPlan(rows: Record<string, unknown>[]) {
  const [{ Plan: plan }] = rows[0]!['QUERY PLAN'] as [{ Plan: Plan }]
  const scanned: string[] = []
  const touched = (node: Plan): number => {
    const table = node['Relation Name']
    if (table && LARGE.has(table) && node['Node Type'] === 'Seq Scan') scanned.push(table)
    const kept = node['Actual Rows']
    const removed =
      (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
    const own = table ? (kept + removed) * node['Actual Loops'] : 0
    return own + (node.Plans ?? []).reduce((sum, inner) => sum + touched(inner), 0)
  }
  return { read: touched(plan), scanned, plan }
}
