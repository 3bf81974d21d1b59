import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestApi, openTestApi } from '../testing/api.ts'
import { ALICE, BOB, GROUP_ACCOUNT, bodyHash } from '../testing/rows.ts'

const IMAGE = `sha256:${'ab'.repeat(32)}`

let api: TestApi
before(async () => {
  api = await openTestApi()
  const { rows } = api.database
  await rows.head(9)
  await rows.group({ id: 1, name: 'shop', account: GROUP_ACCOUNT })
  await rows.group({ id: 2, name: 'shop' })
  await rows.proposal({ group_id: 1, id: 0 })
  await rows.node({ id: 1, agent: BOB })
  await rows.contract({ id: 1 })
  await rows.contract({ id: 2, version: 2, name: 'shop', images: [IMAGE] })
})
after(() => api.close())

const SHAPE = `__typename ... on Account { address } ... on Contract { contract: id } ... on Group { group: id }
  ... on Node { node: id } ... on Proposal { proposal: address }`

async function find(text: string): Promise<string[]> {
  const { search } = await api.query(
    `query ($text: String!) { search(text: $text) { ${SHAPE} } }`,
    { text },
  )
  return search.map(({ __typename: type, ...fields }: Record<string, string>) =>
    [type, ...Object.values(fields)].join(' '),
  )
}

const cases: [what: string, text: string, found: string[]][] = [
  ['a number is an id of each kind', '1', ['Contract 1', 'Node 1', 'Group 1']],
  ['white space around is nothing', ' 2 ', ['Contract 2', 'Group 2']],
  ['two numbers are a proposal', '1/0', ['Proposal 1/0']],
  ['an address is an account', ALICE, [`Account ${ALICE}`]],
  ['a group’s address leads to the group', GROUP_ACCOUNT, ['Group 1', `Account ${GROUP_ACCOUNT}`]],
  ['an agent’s address leads to its node', BOB, ['Node 1', `Account ${BOB}`]],
  [
    'any other text is the name of a group or deployment',
    'shop',
    ['Group 2', 'Group 1', 'Contract 2'],
  ],
  ['the digest of an image finds the contracts that have it', IMAGE, ['Contract 2']],
  ['so does its whole reference', `localhost:4001/shop:1@${IMAGE}`, ['Contract 2']],
  ['a name has to be whole', 'sho', []],
  ['what nobody knows is nothing', '77', []],
  ['a number that is no id is nothing', '99999999999999999999', []],
]
for (const [what, text, found] of cases) {
  test(what, async () => assert.deepEqual(await find(text), found))
}

test('the hash of a body finds the contracts that it was offered for', async () => {
  const hash = bodyHash(JSON.stringify({ name: 'contract 2', version: 1 }))
  const [contract, account, ...others] = await find(hash.toUpperCase().replace('0X', '0x'))
  assert.equal(contract, 'Contract 2')
  // The same digits may be somebody's public key.
  assert.match(account ?? '', /^Account 5/)
  assert.deepEqual(others, [])
})

test('a text that is longer than anything here is refused, saying how long is not', async () => {
  const { message, code } = await api.refuse(
    `{ search(text: "${'x'.repeat(201)}") { __typename } }`,
  )
  assert.match(message, /`text` has 201 characters; what can be found has 200 at most/)
  assert.equal(code, 'BAD_USER_INPUT')
})
