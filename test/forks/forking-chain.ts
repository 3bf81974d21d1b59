/**
 * A chain behind JSON-RPC whose branches the test makes: their blocks have what the blocks of a real
 * chain had, in the order that it wants.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import {
  EMPTY_TRIE_ROOT,
  encodeHeader,
  hashHeader,
  ZERO_HASH,
} from '@covenant/chain-client/embedded/header'
import {
  encodeBytes,
  encodeCompact,
  encodeU32,
  encodeU64,
  toHex,
} from '@covenant/chain-client/embedded/scale'
import type { Hex } from '@covenant/schema/hash'
import { type WebSocket, WebSocketServer } from 'ws'

/** twox128("System") ++ twox128("Events"), ("Timestamp", "Now"), ("System", "LastRuntimeUpgrade"). */
const EVENTS = '0x26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7'
const NOW = '0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb'
const UPGRADE = '0x26aa394eea5630e07c48ae0c9558cef7f9cce9c888469bb1a0dceaa129672ef8'

/** What a block has beside its place: its events, its time and its runtime's version. */
export type Content = Record<string, string | null>

/** A real chain: its blocks' contents, and all else that a client asks for. */
export type Recording = { contents: Content[]; answers: Map<string, string> }

/** Reads all of a chain by its JSON-RPC. */
export async function record(url: string): Promise<Recording> {
  const ask = async (method: string, ...params: unknown[]) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url.replace('ws:', 'http:'), { method: 'POST', headers, body })
    return ((await response.json()) as { result: unknown }).result
  }
  const answers = new Map<string, string>()
  for (const method of STATIC) answers.set(method, JSON.stringify(await ask(method)))
  // The versions of its metadata that a client asks for.
  const calls = ['Metadata_metadata_versions 0x', ...VERSIONS.map(atVersion)]
  for (const call of calls) {
    answers.set(call, JSON.stringify(await ask('state_call', ...call.split(' '))))
  }
  const { number } = (await ask('chain_getHeader')) as { number: string }
  const contents: Content[] = []
  for (let height = 0; height <= Number(number); height += 1) {
    const keys = [EVENTS, NOW, UPGRADE]
    const sets = await ask('state_queryStorageAt', keys, await ask('chain_getBlockHash', height))
    const [{ changes }] = sets as [{ changes: [string, string | null][] }]
    contents.push(Object.fromEntries(changes))
  }
  return { contents, answers }
}

/** The same for each block. */
const STATIC = [
  ...['state_getRuntimeVersion', 'state_getMetadata', 'rpc_methods'],
  ...['system_chain', 'system_chainType', 'system_name', 'system_version', 'system_properties'],
]

const VERSIONS = [14, 15, 16]
const atVersion = (version: number) => `Metadata_metadata_at_version ${toHex(encodeU32(version))}`

export type ForkedBlock = {
  hash: Hex
  parent: ForkedBlock | null
  height: number
  content: Content
}

export async function serveForks({ contents, answers }: Recording) {
  const blocks = new Map<unknown, ForkedBlock & { header: string }>()
  const subscribers = new Map<string, Set<WebSocket>>()
  const lost = new Set<unknown>()
  let made = 0

  /** One more block, unlike any other even where its content is the same. */
  function grow(parent: ForkedBlock | null, content: Content): ForkedBlock {
    made += 1
    const header = {
      parentHash: parent?.hash ?? ZERO_HASH,
      number: parent === null ? 0 : parent.height + 1,
      stateRoot: toHex(Buffer.alloc(32, encodeU64(made))),
      extrinsicsRoot: EMPTY_TRIE_ROOT,
    }
    const json = { ...header, number: `0x${header.number.toString(16)}`, digest: { logs: [] } }
    const hash = hashHeader(encodeHeader({ ...header, logs: [] }))
    const block = { hash, parent, height: header.number, content, header: JSON.stringify(json) }
    blocks.set(hash, block)
    return block
  }

  const [first = {}, ...rest] = contents
  const genesis = grow(null, first)
  let best = genesis
  let final = genesis

  const at = (block: ForkedBlock, height: number): ForkedBlock | null => {
    let found: ForkedBlock | null = block
    while (found !== null && found.height > height) found = found.parent
    return found?.height === height ? found : null
  }
  const named = (hash: unknown) => blocks.get(hash ?? best.hash)

  /** As JSON text; undefined for a method that is not offered. */
  function answer(method: string, [param, at_]: unknown[] = []): string | undefined {
    switch (method) {
      case 'chain_getFinalizedHead':
        return JSON.stringify(final.hash)
      case 'chain_getBlockHash':
        return JSON.stringify(at(best, Number(param ?? best.height))?.hash ?? null)
      case 'chain_getHeader':
        return named(param)?.header ?? 'null'
      case 'chain_getBlock': {
        const header = named(param)?.header
        return header
          ? `{"block":{"header":${header},"extrinsics":[]},"justifications":null}`
          : 'null'
      }
      case 'state_queryStorageAt': {
        const content = named(at_)?.content
        const changes = (param as string[]).map((key) => [key, content?.[key] ?? null])
        return JSON.stringify([{ block: at_, changes }])
      }
      case 'chain_subscribeFinalizedHeads':
      case 'chain_subscribeNewHead':
      case 'state_subscribeRuntimeVersion':
        return JSON.stringify(method)
      case 'state_call':
        return answers.get(`${String(param)} ${String(at_)}`)
      default:
        return answers.get(method)
    }
  }

  function reply({ id, method, params }: { id: unknown; method: string; params?: unknown[] }) {
    const fails = (code: number, message: string) =>
      JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } })
    if (method === 'state_queryStorageAt' && lost.has(params?.[1])) {
      return fails(
        4003,
        `Client error: UnknownBlock: State already discarded for ${String(params?.[1])}`,
      )
    }
    const result = answer(method, params)
    if (result === undefined) return fails(-32601, `no method ${method}`)
    return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`
  }

  const notify = (socket: WebSocket, method: string, block: ForkedBlock) => {
    const notification =
      method === 'chain_subscribeNewHead' ? 'chain_newHead' : 'chain_finalizedHead'
    socket.send(
      `{"jsonrpc":"2.0","method":"${notification}","params":{"subscription":"${method}","result":${named(block.hash)?.header}}}`,
    )
  }
  const tell = (method: string, block: ForkedBlock) => {
    for (const socket of subscribers.get(method) ?? []) notify(socket, method, block)
  }

  const server = createServer((request, response) => {
    void text(request).then((body) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(reply(JSON.parse(body) as never))
    })
  })
  const sockets = new WebSocketServer({ server }).on('connection', (socket) => {
    socket.on('close', () => {
      for (const of of subscribers.values()) of.delete(socket)
    })
    socket.on('message', (data: Buffer) => {
      const asked = JSON.parse(data.toString()) as { id: unknown; method: string }
      socket.send(reply(asked))
      const isHeads = asked.method.startsWith('chain_subscribe')
      if (!isHeads) return
      subscribers.set(asked.method, (subscribers.get(asked.method) ?? new Set()).add(socket))
      notify(socket, asked.method, asked.method.includes('New') ? best : final)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    genesis,
    /** What the blocks after the genesis had, in order. */
    story: rest,
    best: () => best,
    final: () => final,
    /** So many blocks after `parent`; the last of them. */
    branch: (parent: ForkedBlock, ...contents: Content[]) =>
      contents.reduce((before, content) => grow(before, content), parent),
    /** A block in which nothing happens, `seconds` after the one before. */
    empty: (before: Content, seconds = 6): Content => {
      const now = Buffer.from((before[NOW] ?? '0x0000000000000000').slice(2), 'hex')
      return {
        [NOW]: toHex(encodeU64(Number(now.readBigUInt64LE()) + seconds * 1_000)),
        [UPGRADE]: rest[0]?.[UPGRADE] ?? null,
      }
    },
    /** That block as a runtime of another version would have made it. */
    ofVersion: (content: Content, version: number): Content => ({
      ...content,
      [UPGRADE]: toHex(
        Buffer.concat([encodeCompact(version), encodeBytes(Buffer.from('covenant'))]),
      ),
    }),
    /** That block with an event that its metadata does not know. */
    withStrangeEvent: (content: Content): Content => ({
      ...content,
      [EVENTS]: '0x0400000000000000ff00',
    }),
    switchTo(block: ForkedBlock) {
      best = block
      tell('chain_subscribeNewHead', best)
    },
    /** Makes it and all before it final, whatever was before. */
    finalize(block: ForkedBlock) {
      final = block
      if (at(best, final.height) !== final) this.switchTo(final)
      tell('chain_subscribeFinalizedHeads', final)
    },
    /** The node has the state of these no more. */
    forget(...hashes: Hex[]) {
      for (const hash of hashes) lost.add(hash)
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      await once(server.close(), 'close')
    },
  }
}

export type ForkingChain = Awaited<ReturnType<typeof serveForks>>
