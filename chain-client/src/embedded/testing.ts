/** What the tests of the embedded chain share. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { ApiPromise, Keyring, WsProvider } from '../polkadot/api.ts'
import type { AddressOrPair, ApiOptions } from '@polkadot/api/types'
import type { Hex } from '@covenant/schema/hash'
import { readRuntime } from './runtime.ts'
import { ScaleReader, toBytes, toHex } from './scale.ts'

/** Something that is undone when it is over: a test, or all tests of a file. */
export type Scope = { after: (undo: () => unknown) => void }

export function temporaryFolder(scope: Scope): string {
  const folder = mkdtempSync(join(tmpdir(), 'covenant-chain-'))
  scope.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A connection that carries requests as they are, closed when the scope ends. */
export function connectProvider(scope: Scope, url: string): WsProvider {
  const provider = new WsProvider(url)
  scope.after(() => provider.disconnect())
  return provider
}

/** A client's connection by @polkadot/api, closed when the scope ends. */
export async function connectApi(scope: Scope, url: string): Promise<ApiPromise> {
  // Its declared type and that of its own interface differ under exactOptionalPropertyTypes.
  const provider = new WsProvider(url) as NonNullable<ApiOptions['provider']>
  const api = await ApiPromise.create({ provider, noInitWarn: true })
  scope.after(() => api.disconnect())
  return api
}

/** A development account: `//Alice`, say. */
export function accountOf(uri: string) {
  return new Keyring({ type: 'sr25519', ss58Format: 42 }).addFromUri(uri)
}

export type RpcResult = {
  result?: unknown
  error?: { code: number; message: string; data?: string }
}

/** One request over HTTP, and its answer as it came. */
export async function ask(url: string, method: string, params: unknown[] = []): Promise<RpcResult> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const response = await fetch(url.replace(/^ws/, 'http'), { method: 'POST', body })
  return (await response.json()) as RpcResult
}

/** The result of a request that succeeds. */
export async function request<T>(url: string, method: string, params: unknown[] = []): Promise<T> {
  const { result, error } = await ask(url, method, params)
  if (error) throw new Error(`${method}: ${error.code} ${error.message} ${error.data ?? ''}`)
  return result as T
}

export type TransferOptions = {
  from: AddressOrPair & object
  nonce: number
  value?: bigint
  tip?: bigint
}

/** A signed transfer to Bob, in hexadecimal. */
export async function signTransfer(
  api: ApiPromise,
  { from, nonce, value = 1n, tip = 0n }: TransferOptions,
): Promise<Hex> {
  const transfer = api.tx['balances']!['transferKeepAlive']!(accountOf('//Bob').address, value)
  return (await transfer.signAsync(from, { nonce, tip })).toHex()
}

export type Watch = {
  /** All that came so far. */
  statuses: unknown[]
  /** Resolves with the first status, of those that came and those to come, for which this holds. */
  until(holds: (status: unknown) => boolean): Promise<unknown>
}

/** Submits over WebSocket and watches. Rejects with the error where the chain refuses it. */
export async function submitAndWatch(provider: WsProvider, extrinsic: Hex): Promise<Watch> {
  const statuses: unknown[] = []
  const waiting = new Set<() => void>()
  const onStatus = (_error: Error | null, status: unknown) => {
    statuses.push(status)
    waiting.forEach((look) => look())
  }
  const method = 'author_submitAndWatchExtrinsic'
  await provider.isReady
  await provider.subscribe('author_extrinsicUpdate', method, [extrinsic], onStatus)
  return {
    statuses,
    until: (holds) =>
      new Promise((resolve) => {
        const look = () => {
          const found = statuses.find(holds)
          if (found !== undefined) resolve(found)
        }
        waiting.add(look)
        look()
      }),
  }
}

export const isFinalized = (status: unknown): status is { finalized: Hex } =>
  typeof status === 'object' && status !== null && 'finalized' in status

/**
 * The committed runtime under the next spec version, as its `runtime_version` section tells it: the
 * names behind their lengths, the authoring version, and then the spec version.
 */
export function nextVersion(): Buffer {
  const wasm = Buffer.from(zstdDecompressSync(toBytes(readRuntime()).subarray(8)))
  const name = Buffer.from('runtime_version')
  const section = wasm.lastIndexOf(name) + name.length
  const reader = new ScaleReader(toHex(wasm.subarray(section)))
  reader.bytes()
  reader.bytes()
  reader.take(4)
  const at = section + reader.offset
  wasm.writeUInt32LE(wasm.readUInt32LE(at) + 1, at)
  return wasm
}
