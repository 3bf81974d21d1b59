// What Subsquid's codec yields, as our rows have it.
'use strict'
const { codec } = require('@subsquid/ss58')

const substrate = codec(42)
const known = new Map()

function address(hex) {
  let text = known.get(hex)
  if (text === undefined) known.set(hex, (text = substrate.encode(hex)))
  return text
}

const text = (hex) => Buffer.from(hex.slice(2), 'hex').toString()

/** The data of each event that the recorded chain has. */
const SHAPES = {
  'Nodes.NodeRegistered': (args) => ({
    ...args,
    operator: address(args.operator),
    agent: address(args.agent),
    region: text(args.region),
    endpoint: text(args.endpoint),
    attributes: args.attributes.map(({ key, value }) => ({ key: text(key), value: text(value) })),
  }),
  'Nodes.Heartbeat': (args) => ({
    ...args,
    live: Number(args.live),
    lastSeen: Number(args.lastSeen),
  }),
  'Contracts.BodyNoted': (args) => ({ ...args, who: address(args.who) }),
  'Contracts.Created': (args) => ({
    ...args,
    contract: Number(args.contract),
    owner: address(args.owner),
    deadline: Number(args.deadline),
    createdAt: Number(args.createdAt),
  }),
  'Contracts.Accepted': (args) => ({
    ...args,
    contract: Number(args.contract),
    settledAt: Number(args.settledAt),
  }),
  'Contracts.Settled': (args) => ({
    ...args,
    contract: Number(args.contract),
    settledAt: Number(args.settledAt),
    at: Number(args.at),
    state: args.state['__kind'],
  }),
}

/** The accounts that they name. */
const ACCOUNTS = {
  'Nodes.NodeRegistered': ({ operator, agent }) =>
    operator === agent ? [operator] : [operator, agent],
  'Contracts.BodyNoted': ({ who }) => [who],
  'Contracts.Created': ({ owner }) => [owner],
}

exports.dataOf = ({ name, args }) => {
  const shape = SHAPES[name]
  if (shape === undefined) throw new Error(`the recorded chain has an event more: ${name}`)
  return shape(args)
}
exports.accountsOf = (name, data) => ACCOUNTS[name]?.(data) ?? []
exports.text = text
