// A block's events with one handler, as SubQuery advises where most of a block is wanted: `store` and `logger` are
// given by it, and its cache keeps what is read and writes many blocks together.
'use strict'

const MAX_STEP_MS = 60_000n
let before

exports.handleBlock = async (block) => {
  const { header } = block.block
  const height = header.number.toBigInt()
  await store.set('Block', `${height}`, blockRow(block, height))

  const changes = openChanges()
  const rows = []
  for (const [index, { event, phase }] of block.events.entries()) {
    const data = dataOf(event)
    const extrinsicIndex = phase.isApplyExtrinsic ? phase.asApplyExtrinsic.toNumber() : null
    rows.push({
      id: `${height}-${index}`,
      ...{ height, index, extrinsicIndex, pallet: event.section, name: event.method },
      ...{ data: plain(data), accounts: accountsOf(data) },
      nodeId: data.node === undefined ? undefined : BigInt(data.node),
      contractId: data.contract === undefined ? undefined : BigInt(data.contract),
    })
    await APPLY[`${event.section}.${event.method}`](data, { changes, height, extrinsicIndex })
  }
  if (rows.length > 0) await store.bulkCreate('Event', rows)
  await changes.write()
}

/** With the chain's clock after it. */
function blockRow({ block, timestamp }, height) {
  const timestampMs = BigInt(timestamp?.getTime() ?? 0)
  const since = before === undefined ? 0n : timestampMs - before.timestampMs
  const step = since < 0n ? 0n : since > MAX_STEP_MS ? MAX_STEP_MS : since
  const chainMs = height === 0n ? 0n : height === 1n ? timestampMs : before.chainMs + step
  before = {
    ...{ id: `${height}`, height, timestampMs, chainMs },
    ...{ hash: block.header.hash.toHex(), parentHash: block.header.parentHash.toHex() },
  }
  return before
}

/** The rows that a block changes: each read once, and written together. */
function openChanges() {
  const tables = { Node: new Map(), Contract: new Map(), Spec: new Map(), Body: new Map() }
  return {
    async get(table, id) {
      const known = tables[table].get(id)
      if (known !== undefined) return known
      const row = await store.get(table, id)
      tables[table].set(id, row)
      return row
    },
    add: (table, row) => tables[table].set(row.id, row),
    async write() {
      for (const [table, rows] of Object.entries(tables)) {
        if (rows.size > 0) await store.bulkUpdate(table, [...rows.values()])
      }
    },
  }
}

/** The data of each event that the recorded chain has, from polkadot-js's values. */
const READ = {
  number: (value) => value.toNumber(),
  amount: (value) => value.toBigInt(),
  account: (value) => value.toString(),
  hex: (value) => value.toHex(),
  text: (value) => value.toUtf8(),
  word: (value) => value.type,
  json: (value) => value.toJSON(),
  attributes: (list) =>
    list.map(({ key, value }) => ({ key: key.toUtf8(), value: value.toUtf8() })),
  prices: ({ cpu, memory, storage, gpu, publicIpv4 }) => ({
    ...{ cpu: cpu.toBigInt(), memory: memory.toBigInt(), storage: storage.toBigInt() },
    ...{ gpu: gpu.toBigInt(), publicIpv4: publicIpv4.toBigInt() },
  }),
}
const FIELDS = {
  number: 'node contract version sealingVersion live lastSeen settledAt at deadline createdAt',
  amount: 'rate escrow deposit bodyDeposit paid',
  account: 'operator agent owner who',
  hex: 'body hash bytes networkKey',
  text: 'region endpoint',
  word: 'state',
  json: 'resources sealing',
  attributes: 'attributes',
  prices: 'prices',
}
const KIND = new Map(
  Object.entries(FIELDS).flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind])),
)

function dataOf({ data }) {
  // A field that has the name of one of its own is `hash_` there.
  const names = data.names.map((name) => name.replace(/_$/, ''))
  return Object.fromEntries(names.map((name, index) => [name, READ[KIND.get(name)](data[index])]))
}

const accountsOf = ({ operator, agent, owner, who }) => [
  ...new Set([operator, agent, owner, who].filter((account) => account !== undefined)),
]

function plain(data) {
  const entries = Object.entries(data).map(([name, value]) => {
    if (typeof value === 'bigint') return [name, value.toString()]
    return [name, name === 'prices' ? plain(value) : value]
  })
  return Object.fromEntries(entries)
}

const KINDS = ['Cpu', 'Memory', 'Storage', 'Gpus', 'PublicIpv4']
const fieldOf = (kind) => kind[0].toLowerCase() + kind.slice(1)
const columnOf = (kind, value) =>
  kind === 'Gpus' || kind === 'PublicIpv4' ? Number(value) : BigInt(value)

function resources(given) {
  return Object.fromEntries(
    KINDS.map((kind) => [fieldOf(kind), columnOf(kind, given[fieldOf(kind)])]),
  )
}

function reserve(node, { taken, given }) {
  for (const kind of KINDS) {
    const field = fieldOf(kind)
    node[`reserved${kind}`] +=
      taken[field] - (given === undefined ? columnOf(kind, 0) : given[field])
    node[`free${kind}`] = node[`total${kind}`] - node[`reserved${kind}`]
  }
}

/** What each event of the recorded chain does to the rows. */
const APPLY = {
  async 'nodes.NodeRegistered'(data, { changes, height }) {
    const { node, operator, agent, sealing, prices, region, endpoint, attributes, deposit } = data
    const total = resources(data.resources)
    const room = KINDS.flatMap((kind) => [
      [`total${kind}`, total[fieldOf(kind)]],
      [`reserved${kind}`, columnOf(kind, 0)],
      [`free${kind}`, total[fieldOf(kind)]],
    ])
    changes.add('Node', {
      ...{ id: `${node}`, operator, namedAgent: agent, region, endpoint, attributes, deposit },
      ...{ sealingKey: sealing.key, sealingVersion: BigInt(sealing.version) },
      ...Object.fromEntries(room),
      ...{ priceCpu: prices.cpu, priceMemory: prices.memory, priceStorage: prices.storage },
      ...{ priceGpu: prices.gpu, pricePublicIpv4: prices.publicIpv4 },
      ...{ state: 'Active', live: 0n, contractCount: 0n },
      ...{ createdHeight: height, changedHeight: height },
    })
  },

  async 'nodes.Heartbeat'({ node, live, lastSeen }, { changes, height }) {
    const row = await changes.get('Node', `${node}`)
    Object.assign(row, {
      ...{ live: BigInt(live), lastSeen: BigInt(lastSeen), changedHeight: height },
    })
  },

  async 'contracts.BodyNoted'({ hash, bytes, who, deposit }, { changes, height }) {
    // The chain's one body names nothing, and is two brackets.
    const facts = { name: '', imageDigests: [], referenceCount: 0n }
    const text = bytes.slice(2).replace(/../g, (byte) => String.fromCharCode(parseInt(byte, 16)))
    changes.add('Body', {
      ...{ id: hash, bytes, text, ...facts },
      ...{ createdHeight: height, changedHeight: height },
    })
    const id = `${hash}-${who}`
    await store.set('BodyHolder', id, {
      ...{ id, bodyHash: hash, account: who, deposit, createdHeight: height },
    })
  },

  async 'contracts.Created'(data, { changes, height, extrinsicIndex }) {
    const { contract, owner, rate, escrow, deposit, bodyDeposit } = data
    const version = BigInt(data.version)
    const body = await changes.get('Body', data.body)
    const node = await changes.get('Node', `${data.node}`)
    changes.add('Contract', {
      ...{ id: `${contract}`, owner, nodeId: BigInt(data.node), state: 'Offered', name: body.name },
      ...{ version, pendingVersion: version, escrow, paid: 0n, deposit },
      ...{ createdAt: BigInt(data.createdAt), settledAt: 0n },
      ...{ createdHeight: height, createdExtrinsic: extrinsicIndex, changedHeight: height },
    })
    changes.add('Spec', {
      ...{ id: `${contract}-${version}`, contractId: BigInt(contract), version, rate },
      ...{ bodyHash: data.body, ...resources(data.resources), deposit: bodyDeposit },
      ...{ sealingVersion: BigInt(data.sealingVersion), deadline: BigInt(data.deadline) },
      createdHeight: height,
    })
    body.referenceCount += 1n
    body.changedHeight = height
    node.contractCount += 1n
    node.changedHeight = height
  },

  async 'contracts.Accepted'(data, { changes, height }) {
    const contract = await changes.get('Contract', `${data.contract}`)
    const spec = await changes.get('Spec', `${data.contract}-${data.version}`)
    const node = await changes.get('Node', `${contract.nodeId}`)
    const { runningVersion } = contract
    const hasRun = runningVersion !== undefined && runningVersion !== null
    const running = hasRun
      ? await changes.get('Spec', `${data.contract}-${runningVersion}`)
      : undefined
    reserve(node, { taken: spec, given: running })
    node.changedHeight = height
    if (running) (await changes.get('Body', running.bodyHash)).referenceCount -= 1n
    spec.acceptedHeight = height
    Object.assign(contract, {
      ...{ state: 'Running', runningVersion: BigInt(data.version), pendingVersion: undefined },
      ...{ networkKey: data.networkKey, settledAt: BigInt(data.settledAt), changedHeight: height },
      name: (await changes.get('Body', data.body)).name,
    })
  },

  async 'contracts.Settled'({ contract, paid, escrow, settledAt, state, at }, context) {
    const { changes, height } = context
    const row = await changes.get('Contract', `${contract}`)
    Object.assign(row, { state, escrow, settledAt: BigInt(settledAt), changedHeight: height })
    row.paid += paid
    if (state === 'Suspended') row.suspendedAt = BigInt(at)
  },
}
