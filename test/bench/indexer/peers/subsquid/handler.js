'use strict'
const { In } = require('typeorm')
const { accountsOf, dataOf, text } = require('./decode.js')
const { classes } = require('./lib/model.js')

const MAX_STEP_MS = 60_000

exports.apply = async ({ store, blocks }) => {
  const events = blocks.flatMap(({ header, events }) => events.map((event) => read(header, event)))
  const rows = await load(store, events)
  for (const event of events) APPLY[event.type](event.row.data, rows, event)

  await store.insert(await blockRows(store, blocks))
  await store.insert(events.map(({ row }) => row))
  await store.upsert([...rows.nodes.values()])
  await store.upsert([...rows.bodies.values()])
  await store.insert(rows.holders)
  await store.upsert([...rows.contracts.values()])
  await store.upsert([...rows.specs.values()])
}

const make = (name, fields) => Object.assign(new classes[name](), fields)

/** The event as a row, with what its handler needs. */
function read({ height }, event) {
  const [pallet, name] = event.name.split('.')
  const data = dataOf(event)
  const row = make('Event', {
    height,
    index: event.index,
    extrinsic_index: event.extrinsicIndex ?? null,
    pallet: pallet.toLowerCase(),
    name,
    data: plain(data),
    group_id: null,
    proposal_id: null,
    node_id: data.node ?? null,
    contract_id: data.contract ?? null,
    accounts: accountsOf(event.name, data),
  })
  return { type: event.name, row, height, extrinsic: event.extrinsicIndex ?? null }
}

/** JSON has no whole numbers of 128 bits. */
function plain(data) {
  const copy = {}
  for (const [name, value] of Object.entries(data)) {
    if (typeof value === 'bigint') copy[name] = value.toString()
    else copy[name] = name === 'prices' ? plain(value) : value
  }
  return copy
}

/** All rows that these events change, each table's with one query. */
async function load(store, events) {
  const data = events.map(({ row }) => row.data)
  const ids = (field) => [
    ...new Set(data.map((one) => one[field]).filter((id) => id !== undefined)),
  ]
  const find = async (name, field, values, key = 'id') => {
    const found =
      values.length === 0 ? [] : await store.findBy(classes[name], { [field]: In(values) })
    return new Map(found.map((row) => [row[key], row]))
  }
  const contracts = await find('Contract', 'id', ids('contract'))
  return {
    contracts,
    nodes: await find('Node', 'id', ids('node')),
    bodies: await find('Body', 'id', ids('body')),
    specs: await find('Spec', 'contract_id', [...contracts.keys()]),
    holders: [],
  }
}

/** The blocks as rows, with the chain's clock after each. */
let before
async function blockRows(store, blocks) {
  before ??= (await store.find(classes.Block, { order: { height: 'DESC' }, take: 1 }))[0]
  return blocks.map(({ header }) => {
    const { height, hash, parentHash } = header
    const timestamp_ms = header.timestamp ?? 0
    const step = Math.min(Math.max(timestamp_ms - (before?.timestamp_ms ?? 0), 0), MAX_STEP_MS)
    const chain_ms = height === 0 ? 0 : height === 1 ? timestamp_ms : before.chain_ms + step
    before = make('Block', { height, hash, parent_hash: parentHash, timestamp_ms, chain_ms })
    return before
  })
}

const KINDS = ['cpu', 'memory', 'storage', 'gpus', 'public_ipv4']
const NOTHING = { cpu: 0, memory: 0, storage: 0, gpus: 0, public_ipv4: 0 }
const resourcesOf = ({ publicIpv4, ...rest }) => ({ ...rest, public_ipv4: publicIpv4 })
const specId = (contract, version) => `${contract}-${version}`

function reserve(node, { taken, given }) {
  for (const kind of KINDS) {
    node[`reserved_${kind}`] += taken[kind] - given[kind]
    node[`free_${kind}`] = node[`total_${kind}`] - node[`reserved_${kind}`]
  }
}

/** What each event of the recorded chain does to the rows. */
const APPLY = {
  'Nodes.NodeRegistered'(data, { nodes }, { height }) {
    const { node: id, operator, agent, sealing, prices, region, endpoint, attributes } = data
    const node = make('Node', {
      ...{ id, operator, region, endpoint, attributes, deposit: data.deposit },
      ...{ named_agent: agent, agent: null, contract_count: 0 },
      ...{ sealing_key: sealing.key, sealing_version: sealing.version },
      ...{ price_cpu: prices.cpu, price_memory: prices.memory, price_storage: prices.storage },
      ...{ price_gpu: prices.gpu, price_public_ipv4: prices.publicIpv4 },
      ...{ state: 'Active', live: 0, last_seen: null, announced_at: null },
      ...{ created_height: height, changed_height: height, removed_height: null },
    })
    const total = resourcesOf(data.resources)
    for (const kind of KINDS) {
      node[`total_${kind}`] = total[kind]
      node[`reserved_${kind}`] = 0
    }
    reserve(node, { taken: NOTHING, given: NOTHING })
    nodes.set(id, node)
  },

  'Nodes.Heartbeat'({ node, live, lastSeen }, { nodes }, { height }) {
    Object.assign(nodes.get(node), { live, last_seen: lastSeen, changed_height: height })
  },

  'Contracts.BodyNoted'({ hash, bytes, who, deposit }, { bodies, holders }, { height }) {
    // The chain's one body names nothing.
    const body = { id: hash, bytes: Buffer.from(bytes.slice(2), 'hex'), text: text(bytes) }
    const facts = { name: '', image_digests: [], reference_count: 0, removed_height: null }
    bodies.set(
      hash,
      make('Body', { ...body, ...facts, created_height: height, changed_height: height }),
    )
    holders.push(
      make('BodyHolder', { body_hash: hash, account: who, deposit, created_height: height }),
    )
  },

  'Contracts.Created'(data, { contracts, specs, nodes, bodies }, { height, extrinsic }) {
    const { contract: id, node: nodeId, version, resources, rate, deadline } = data
    const body = bodies.get(data.body)
    const node = nodes.get(nodeId)
    contracts.set(
      id,
      make('Contract', {
        ...{ id, owner: data.owner, node_id: nodeId, state: 'Offered', name: body.name },
        ...{ version, running_version: null, pending_version: version, paid: 0n },
        ...{
          escrow: data.escrow,
          deposit: data.deposit,
          created_at: data.createdAt,
          settled_at: 0,
        },
        ...{ created_height: height, created_extrinsic: extrinsic, changed_height: height },
      }),
    )
    const spec = make('Spec', {
      ...{ id: specId(id, version), contract_id: id, version, body_hash: body.id },
      ...{ ...resourcesOf(resources), rate, deadline, deposit: data.bodyDeposit },
      ...{ sealing_version: data.sealingVersion, created_height: height, accepted_height: null },
    })
    specs.set(spec.id, spec)
    body.reference_count += 1
    body.changed_height = height
    node.contract_count += 1
    node.changed_height = height
  },

  'Contracts.Accepted'(data, { contracts, specs, nodes, bodies }, { height }) {
    const contract = contracts.get(data.contract)
    const spec = specs.get(specId(contract.id, data.version))
    const running = specs.get(specId(contract.id, contract.running_version))
    const node = nodes.get(contract.node_id)
    reserve(node, { taken: spec, given: running ?? NOTHING })
    node.changed_height = height
    if (running) bodies.get(running.body_hash).reference_count -= 1
    spec.accepted_height = height
    Object.assign(contract, {
      ...{ state: 'Running', running_version: data.version, pending_version: null },
      ...{ network_key: data.networkKey, settled_at: data.settledAt, changed_height: height },
      name: bodies.get(data.body).name,
    })
  },

  'Contracts.Settled'(data, { contracts }, { height }) {
    const contract = contracts.get(data.contract)
    const { state, escrow, settledAt } = data
    Object.assign(contract, { state, escrow, settled_at: settledAt, changed_height: height })
    contract.paid += BigInt(data.paid)
    if (state === 'Suspended') contract.suspended_at = data.at
  },
}
