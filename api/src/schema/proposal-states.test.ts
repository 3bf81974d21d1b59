import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestApi, openTestApi } from '../testing/api.ts'
import { BOB } from '../testing/rows.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
  const { rows } = api.database
  await rows.head(10, { transaction_version: 2 })
  await rows.group({ id: 1 })
  const present = { group_id: 1, transaction_version: 2 }
  await rows.proposal({ ...present, id: 0 })
  await rows.proposal({ ...present, id: 1, transaction_version: 1 })
  await rows.proposal({ ...present, id: 2, state: 'Withdrawn', closed_height: 8 })
  await rows.proposal({ ...present, id: 3, state: 'Cleared', closed_height: 9 })
  await rows.group({ id: 2, dissolved_height: 9, beneficiary: BOB })
  await rows.proposal({ ...present, group_id: 2, id: 0 })
})
after(() => api.close())

test('a proposal is stale under other calls and in a dissolved group, and says how else it ended', async () => {
  const { proposals } = await api.query('{ proposals { nodes { address state closedHeight } } }')
  assert.deepEqual(proposals.nodes, [
    { address: '2/0', state: 'Stale', closedHeight: null },
    { address: '1/3', state: 'Cleared', closedHeight: 9 },
    { address: '1/2', state: 'Withdrawn', closedHeight: 8 },
    { address: '1/1', state: 'Stale', closedHeight: null },
    { address: '1/0', state: 'Open', closedHeight: null },
  ])
})

for (const [state, addresses] of [
  ['Withdrawn', ['1/2']],
  ['Cleared', ['1/3']],
  ['Stale', ['2/0', '1/1']],
  ['Open', ['1/0']],
] as const) {
  test(`proposals are found by the state ${state}`, async () => {
    const { proposals } = await api.query(`{ proposals(state: ${state}) { nodes { address } } }`)
    assert.deepEqual(
      proposals.nodes.map(({ address }: { address: string }) => address),
      addresses,
    )
  })
}

test('a dissolved group tells where it ended and who got what it had', async () => {
  const { groups } = await api.query('{ groups { nodes { id dissolvedHeight beneficiary } } }')
  assert.deepEqual(groups.nodes, [
    { id: '2', dissolvedHeight: 9, beneficiary: BOB },
    { id: '1', dissolvedHeight: null, beneficiary: null },
  ])
})
