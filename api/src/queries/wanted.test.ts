import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { getNamedType, isObjectType, isRequiredArgument } from 'graphql'
import { schema } from '../schema/index.ts'
import { openTestApi, type TestApi } from '../testing/api.ts'
import { ALICE } from '../testing/rows.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
  const { rows } = api.database
  await rows.head(9)
  await rows.group({ id: 1, account: ALICE })
  await rows.node({ id: 1, operator: ALICE, agent: ALICE, named_agent: ALICE, last_seen: 5 })
  await rows.contract({ id: 1, node_id: 1, owner: ALICE, version: 1, running_version: 1 })
  // What is null reads alike whether its column was read or not.
  await rows.query(`update contracts set suspended_at = 2, network_key = '0x', health = 'Healthy', reported_at = 3,
    closed_height = 4, closed_at = 5, close_reason = 'Cancelled', refund = 6, tombstone_deposit = 7,
    pruned_height = 8, pending_version = 1, name = 'shop'`)
  await rows.query(`update nodes set announced_at = 3, removed_height = 4`)
})
after(() => api.close())

for (const { type, one, list } of [
  { type: 'Contract', one: 'contract(id: 1)', list: 'contracts' },
  { type: 'Node', one: 'node(id: 1)', list: 'nodes' },
]) {
  const object = schema.getType(type)
  assert.ok(isObjectType(object))
  const fields = Object.values(object.getFields()).filter(
    ({ args }) => !args.some(isRequiredArgument),
  )
  for (const field of fields) {
    const inner = isObjectType(getNamedType(field.type)) ? ' { __typename }' : ''
    test(`${type}.${field.name} is the same where it is all that a list is read for`, async () => {
      const whole = await api.query(`{ row: ${one} { ${field.name}${inner} } }`)
      const alone = await api.query(`{ list: ${list} { nodes { ${field.name}${inner} } } }`)
      const edge = await api.query(
        `{ list: ${list} { edges { node { ...Some } } } } fragment Some on ${type} { ${field.name}${inner} }`,
      )
      assert.deepEqual(alone.list.nodes, [whole.row])
      assert.deepEqual(edge.list.edges, [{ node: whole.row }])
    })
  }
}

test('of a list only those columns are read that its fields need', async () => {
  const [statement] = await api.statementsOf(() =>
    api.query('{ contracts { nodes { owner escrow } } }'),
  )
  assert.match(statement?.parts.join('') ?? '', /select t\.id, t\.escrow, t\.owner from/)
})

test('one row more than the page is read only where it is asked whether there is more', async () => {
  const limitOf = async (inner: string) => {
    const [statement] = await api.statementsOf(() =>
      api.query(`{ contracts(first: 3) { nodes { id } ${inner} } }`),
    )
    return /limit (\d+)/.exec(statement?.parts.join('') ?? '')?.[1]
  }
  assert.equal(await limitOf(''), '3')
  assert.equal(await limitOf('pageInfo { hasNextPage }'), '4')
  assert.equal(await limitOf('... on ContractConnection { pageInfo { endCursor } }'), '4')
})
