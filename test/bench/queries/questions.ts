import type { Filled } from './rows.ts'

/** What is asked at each size, by what it is to be known by. */
export function questionsOf(
  contracts: number,
  { accounts, digests }: Filled,
): Record<string, string> {
  const [account = ''] = accounts.slice(accounts.length / 2)
  const [digest = ''] = digests.slice(digests.length / 2)
  const [node, group] = [contracts / 20, contracts / 100]
  const middle = new Date((1_000_000 + contracts * 30) * 1_000).toISOString()
  const later = new Date((1_000_000 + contracts * 30 + 600_000) * 1_000).toISOString()
  const list = (name: string, args: string) => `{ ${name}${args && `(${args})`} { nodes { id } } }`
  const lists = (name: string, all: string[]) =>
    Object.fromEntries(all.map((args) => [`${name}${args && `(${args})`}`, list(name, args)]))
  const sorted = (sorts: string[]) =>
    sorts.flatMap((sort) => [`sort: ${sort}`, `sort: ${sort}, direction: ASC`])
  return {
    contract: `{ contract(id: ${contracts / 2}) { id owner name escrow running { rate body } node { region } } }`,
    node: `{ node(id: ${node}) { id region isLive contracts { nodes { id } } } }`,
    '20 nodes × 10 contracts':
      '{ nodes(region: "region 7", first: 20) { nodes { id contracts(first: 10) { nodes { id owner state escrow } } } } }',
    ...lists('contracts', [
      '',
      ...['Offered', 'Running', 'Suspended', 'Closed'].map((state) => `state: ${state}`),
      `owner: "${account}"`,
      `group: ${group}`,
      `node: ${node}`,
      `node: ${node}, state: Running`,
      `name: "shop 7"`,
      `imageDigest: "${digest}"`,
      `createdFrom: "${middle}"`,
      `createdBefore: "${middle}"`,
      `createdFrom: "${middle}", createdBefore: "${later}", state: Running`,
      ...sorted(['CREATED', 'CHANGED', 'ESCROW', 'PAID', 'NAME']),
      'sort: ESCROW, state: Offered',
      'sort: NAME, state: Running',
      `sort: PAID, owner: "${account}"`,
    ]),
    ...lists('nodes', [
      '',
      ...['Active', 'Draining', 'Retired'].map((state) => `state: ${state}`),
      'region: "region 7"',
      'isLive: true',
      'isLive: false',
      'isLive: false, region: "region 7"',
      `operator: "${account}"`,
      'attributes: { key: "disk", value: "nvme" }',
      'attributes: { key: "disk", value: "none" }',
      'freeAtLeast: { cpu: 500, memory: 256 }',
      'freeAtLeast: { cpu: 63990 }',
      'freeAtLeast: { cpu: 500 }, maxRate: "50000"',
      'state: Active, isLive: true, region: "region 7", freeAtLeast: { cpu: 500 }',
      ...sorted(['CONTRACTS', 'FREE_CPU', 'FREE_MEMORY', 'FREE_STORAGE', 'FREE_GPUS']),
      ...sorted(['PRICE_CPU', 'PRICE_MEMORY', 'PRICE_STORAGE', 'PRICE_GPU']),
      'sort: PRICE_CPU, isLive: true',
    ]),
    ...lists('proposals', [
      '',
      'state: Open',
      `group: ${group}`,
      `proposer: "${account}"`,
      `awaitingVoteOf: "${account}"`,
    ]),
    ...lists('groups', ['', `member: "${account}"`]),
    events: '{ events { nodes { name } } }',
    'events(account)': `{ events(account: "${account}") { nodes { name } } }`,
    'events(contract)': `{ events(contract: ${contracts / 2}) { nodes { name } } }`,
    'events(node)': `{ events(node: ${node}) { nodes { name } } }`,
    'events(pallet, name)': '{ events(pallet: "contracts", name: "Accepted") { nodes { name } } }',
    account: `{ account(address: "${account}") { groups { nodes { id } } contracts { nodes { id } } nodes { nodes { id } } proposals { nodes { id } } events { nodes { name } } } }`,
    'search(number)': `{ search(text: "${node}") { __typename } }`,
    'search(name)': '{ search(text: "shop 7") { __typename } }',
    'search(image)': `{ search(text: "${digest}") { __typename } }`,
    'search(body)': `{ search(text: "0x${digest.slice('sha256:'.length)}") { __typename } }`,
    networkStats: '{ networkStats { contracts { running } capacity { free { cpu } } } }',
    work: `{ work(node: ${node}) { cursor contracts { id } } }`,
  }
}
