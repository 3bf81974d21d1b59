/** A chain to index: what each of its blocks has for events, as polkadot-api's codec writes them. */

export const EVENTS_PER_BLOCK = 50
export const NODES = 1_000
/** The blocks in which the nodes register; contracts come and go in those after. */
export const FIRST_BLOCKS = NODES / EVENTS_PER_BLOCK
const CONTRACTS_PER_BLOCK = 8

export const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'
const BODY = `0x${'0b'.repeat(32)}`
const resources = { cpu: 500, memory: 256, storage: 1_024, gpus: 0, public_ipv4: 0 }
const prices = { cpu: 1n, memory: 2n, storage: 3n, gpu: 4n, public_ipv4: 5n }
const bytesOf = (text: string) => new TextEncoder().encode(text)

type Event = { type: string; value: { type: string; value: unknown } }
const event = (pallet: string, name: string, value: unknown): Event => ({
  type: pallet,
  value: { type: name, value },
})
const unit = (type: string) => ({ type, value: undefined })

/** The events of a block from 1 on: first every node registers, then contracts are made, run and are paid. */
export function eventsOf(height: number): Event[] {
  if (height <= FIRST_BLOCKS) {
    const first = (height - 1) * EVENTS_PER_BLOCK + 1
    return Array.from({ length: EVENTS_PER_BLOCK }, (_, index) => register(first + index))
  }
  if (height === FIRST_BLOCKS + 1) {
    return [
      event('Contracts', 'BodyNoted', {
        hash: BODY,
        who: ALICE,
        bytes: bytesOf('{}'),
        deposit: 1n,
      }),
    ]
  }
  const first = (height - FIRST_BLOCKS - 2) * CONTRACTS_PER_BLOCK + 1
  const contracts = Array.from({ length: CONTRACTS_PER_BLOCK }, (_, index) => first + index)
  const beats = EVENTS_PER_BLOCK - 3 * CONTRACTS_PER_BLOCK
  return [
    ...contracts.flatMap(lifeOf),
    ...Array.from({ length: beats }, (_, index) => beat(height, height * beats + index)),
  ]
}

const nodeOf = (number: number) => 1 + (number % NODES)

const register = (node: number) =>
  event('Nodes', 'NodeRegistered', {
    ...{ node, operator: ALICE, agent: ALICE, resources, prices },
    sealing: { key: `0x${'0c'.repeat(32)}`, version: 1 },
    region: bytesOf('eu'),
    attributes: [],
    endpoint: bytesOf('node.example:51820'),
    deposit: 1n,
  })

const beat = (height: number, number: number) =>
  event('Nodes', 'Heartbeat', {
    node: nodeOf(number),
    live: BigInt(height),
    last_seen: BigInt(height),
  })

function lifeOf(contract: number): Event[] {
  const place = { contract: BigInt(contract), node: nodeOf(contract) }
  return [
    event('Contracts', 'Created', {
      ...{ ...place, owner: ALICE, version: 1, body: BODY, resources, rate: 1n },
      ...{
        sealing_version: 1,
        escrow: 1_000_000n,
        deposit: 1n,
        body_deposit: 1n,
        deadline: 1n,
        created_at: 1n,
      },
    }),
    event('Contracts', 'Accepted', {
      ...{ ...place, version: 1, body: BODY, network_key: `0x${'0d'.repeat(32)}`, settled_at: 1n },
    }),
    event('Contracts', 'Settled', {
      ...{ ...place, paid: 5n, escrow: 999_995n, settled_at: 6n, state: unit('Running'), at: 6n },
    }),
  ]
}
