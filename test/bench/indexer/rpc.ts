/**
 * A recorded chain behind JSON-RPC, over HTTP and WebSocket, each answer 2 ms after its question: a
 * node with all its blocks at hand. It grows by a block for each message that it gets.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type WebSocket, WebSocketServer } from 'ws'
import { nodeMetadata } from './metadata.ts'
import { lastUpgrade, record } from './recorded.ts'

const LATENCY_MS = 2
/** twox128("System") ++ twox128("Events"), ("Timestamp", "Now"), ("System", "LastRuntimeUpgrade"). */
const EVENTS = '0x26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7'
const NOW = '0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb'
const UPGRADE = '0x26aa394eea5630e07c48ae0c9558cef7f9cce9c888469bb1a0dceaa129672ef8'

type Request = { id: unknown; method: string; params?: unknown[] }

const chain = record(Number(process.argv[2]))
const byHash = new Map<unknown, number>()
for (const [height, { hash }] of chain.blocks.entries()) byHash.set(hash, height)
/** By the news that they asked for. */
const watching = new Map<string, WebSocket[]>()

const last = () => chain.blocks.length - 1
const at = (hash: unknown) => chain.blocks[hash === undefined ? last() : (byHash.get(hash) ?? -1)]
const hashAt = (height: unknown) =>
  chain.blocks[height === undefined || height === null ? last() : Number(height)]?.hash ?? null
const json = (value: unknown) => JSON.stringify(value)

const { specName, specVersion, transactionVersion } = chain.version
const VERSION = json({
  ...{ specName, implName: specName, authoringVersion: 1, specVersion, implVersion: 1 },
  ...{ apis: [], transactionVersion, stateVersion: 1 },
})
const METADATA = json(await nodeMetadata())

function stored(key: unknown, hash: unknown): string | null {
  const block = at(hash)
  if (block === undefined || block === chain.blocks[0]) return null
  if (key === EVENTS) return block.events
  if (key === NOW) return block.now
  return key === UPGRADE ? lastUpgrade(chain.version) : null
}

/** As JSON text; undefined for a method that is not offered. */
function answer(method: string, [first, second]: unknown[] = []): string | undefined {
  switch (method) {
    case 'chain_getFinalizedHead':
    case 'chain_getHead':
      return json(hashAt(undefined))
    case 'chain_getBlockHash':
      return json(Array.isArray(first) ? first.map(hashAt) : hashAt(first))
    case 'chain_getHeader':
      return at(first)?.header ?? 'null'
    case 'chain_getBlock':
      return at(first)?.block ?? 'null'
    case 'state_getRuntimeVersion':
    case 'chain_getRuntimeVersion':
      return VERSION
    case 'state_getMetadata':
      return METADATA
    case 'state_getStorage':
    case 'state_getStorageAt':
      return json(stored(first, second))
    case 'state_queryStorageAt': {
      const changes = (first as unknown[]).map((key) => [key, stored(key, second)])
      return json([{ block: second ?? hashAt(undefined), changes }])
    }
    case 'system_chain':
    case 'system_name':
      return '"recorded"'
    case 'system_version':
      return '"1"'
    case 'system_chainType':
      return '"Development"'
    case 'system_properties':
      return '{"ss58Format":42,"tokenDecimals":18,"tokenSymbol":"COV"}'
    case 'rpc_methods':
      return json({ methods: METHODS })
    // Every block is final at once: of the best one there is no other news.
    case 'chain_subscribeNewHead':
    case 'chain_subscribeFinalizedHeads':
    case 'state_subscribeRuntimeVersion':
      return '"1"'
    default:
      return undefined
  }
}

const METHODS = [
  ...['chain_getFinalizedHead', 'chain_getBlockHash', 'chain_getHeader', 'chain_getBlock'],
  ...['state_getRuntimeVersion', 'state_getMetadata', 'state_getStorage', 'state_queryStorageAt'],
  ...['system_chain', 'system_chainType', 'system_name', 'system_version', 'system_properties'],
  ...[
    'chain_subscribeFinalizedHeads',
    'chain_subscribeNewHead',
    'chain_subscribeNewHeads',
    'state_subscribeRuntimeVersion',
  ],
  'rpc_methods',
]

function reply({ id, method, params }: Request): string {
  const result = answer(method, params)
  return result === undefined
    ? json({ jsonrpc: '2.0', id, error: { code: -32601, message: `no method ${method}` } })
    : `{"jsonrpc":"2.0","id":${json(id)},"result":${result}}`
}

function replyTo(body: string): string {
  const asked = JSON.parse(body) as Request | Request[]
  return Array.isArray(asked) ? `[${asked.map(reply).join(',')}]` : reply(asked)
}

/** What is told of each new block, which is final at once, to those who subscribe to it. */
const NEWS = {
  chain_subscribeFinalizedHeads: 'chain_finalizedHead',
  chain_subscribeNewHead: 'chain_newHead',
}

const headNews = (name: string) =>
  `{"jsonrpc":"2.0","method":"${name}","params":{"subscription":"1","result":${at(undefined)?.header}}}`

const server = createServer((request, response) => {
  void text(request).then((body) =>
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(replyTo(body))
    }, LATENCY_MS),
  )
})
new WebSocketServer({ server }).on('connection', (socket) => {
  socket.on('close', () => {
    for (const [name, sockets] of watching) {
      watching.set(
        name,
        sockets.filter((one) => one !== socket),
      )
    }
  })
  socket.on('message', (data: Buffer) => {
    const body = data.toString()
    setTimeout(() => {
      socket.send(replyTo(body))
      for (const [method, name] of Object.entries(NEWS)) {
        if (!body.includes(`"${method}"`)) continue
        watching.set(name, [...(watching.get(name) ?? []), socket])
        socket.send(headNews(name))
      }
    }, LATENCY_MS)
  })
})
server.listen(0, '127.0.0.1', () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
)
process.on('message', () => {
  byHash.set(chain.grow().hash, last())
  for (const name of Object.values(NEWS)) {
    for (const socket of watching.get(name) ?? []) socket.send(headNews(name))
  }
})
process.on('disconnect', () => process.exit())
