import { setTimeout as delay } from 'node:timers/promises'
import { WsProvider } from './polkadot/api.ts'
import type { ApiOptions } from '@polkadot/api/types'
import { ChainUnreachable, ConnectionLost, RequestFailed, WrongChain } from './errors.ts'
import { askGenesis } from './probe.ts'
import type { Hex } from './types.ts'

type ProviderInterface = NonNullable<ApiOptions['provider']>

/** The connection to one chain, made again whenever it is lost. */
export type Rpc = {
  endpoint: string
  genesisHash: Hex
  /** For the API: whatever it asks goes through `request`. */
  provider: ProviderInterface
  /**
   * Asks, and asks again on the next connection when one is lost. Rejects with `ConnectionLost` when
   * there is no answer within 60 s, with `RequestFailed` when the answer is an error.
   */
  request: (method: string, params?: unknown[]) => Promise<unknown>
  /**
   * Sends a transaction and watches it on the present connection: after `onLost` nothing comes any
   * more. Resolves once the chain's pool has taken it, with the function that stops the watching.
   */
  sendExtrinsic: (sending: Sending) => Promise<() => void>
  /** Why no connection will be made any more; null as long as one may. */
  closedBy: () => Error | null
  onClosed: (listener: (error: Error) => void) => void
  /** Rejects everything pending with `ConnectionLost`. */
  close: () => Promise<void>
}

type Sending = {
  hex: Hex
  onStatus: (status: unknown) => void
  onLost: () => void
}

export type OpenOptions = {
  endpoint: string
  timeoutMs: number
  /** Another genesis hash is refused, now and at each later connection. */
  expectGenesis?: string | undefined
}

/** Longer than a busy machine takes for any one answer. */
const REQUEST_TIMEOUT_MS = 60_000
const RECONNECT_MIN_MS = 100
const RECONNECT_MAX_MS = 2_000

/** Connects at the first attempt, or rejects with `ChainUnreachable` or `WrongChain`. */
export async function openRpc({ endpoint, timeoutMs, expectGenesis }: OpenOptions): Promise<Rpc> {
  const genesisHash = await askGenesis(endpoint, timeoutMs)
  checkGenesis(expectGenesis?.toLowerCase() ?? genesisHash, genesisHash)

  // Reconnecting is ours: the provider's own writes to the console and asks for no genesis hash.
  const socket = new WsProvider(endpoint, false, {}, REQUEST_TIMEOUT_MS)
  let isOpen = false
  let connections = 0
  /** Resolves at the next connection. */
  let nextConnection = Promise.withResolvers<void>()
  let closedBy: Error | null = null
  const closedListeners = new Set<(error: Error) => void>()
  const closing = new AbortController()

  socket.on('disconnected', () => {
    if (!isOpen) return
    isOpen = false
    void reconnect()
  })
  await connectOnce()

  function checkGenesis(expected: string, actual: string) {
    if (actual !== expected) throw new WrongChain(endpoint, { expected, actual })
  }

  async function connectOnce() {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const refuse = () =>
      reject(
        new ChainUnreachable(endpoint, {
          what: 'it answered, and then took no connection',
          remedy: 'See that the chain is running and takes more connections.',
        }),
      )
    const timer = setTimeout(refuse, timeoutMs)
    const stops = [socket.on('connected', () => resolve()), socket.on('disconnected', refuse)]
    try {
      await Promise.all([promise, socket.connect()])
      isOpen = true
      connections += 1
      nextConnection.resolve()
      nextConnection = Promise.withResolvers<void>()
    } finally {
      clearTimeout(timer)
      for (const stop of stops) stop()
      if (!isOpen) await socket.disconnect()
    }
  }

  async function reconnect() {
    let waitMs = RECONNECT_MIN_MS
    while (closedBy === null) {
      try {
        await delay(waitMs, undefined, { signal: closing.signal })
        checkGenesis(genesisHash, await askGenesis(endpoint, timeoutMs))
        return await connectOnce()
      } catch (error) {
        // Another chain answers at this endpoint now: nothing more can come of it.
        if (error instanceof WrongChain) end(error)
        waitMs = Math.min(waitMs * 2, RECONNECT_MAX_MS)
      }
    }
  }

  function end(error: Error) {
    if (closedBy !== null) return
    closedBy = error
    closing.abort()
    for (const listener of closedListeners) listener(error)
  }

  const lost = (what: string, cause?: unknown) =>
    new ConnectionLost(endpoint, {
      what,
      remedy: 'It would have worked on a connection that stays: see that the chain is running.',
      cause,
    })

  /** Resolves when there is a connection, rejects when there will be none or not in time. */
  async function connected(deadline: number): Promise<void> {
    for (;;) {
      if (isOpen) return
      if (closedBy !== null) throw closedBy
      const patience = new AbortController()
      const late = delay(Math.max(deadline - Date.now(), 0), undefined, {
        signal: AbortSignal.any([patience.signal, closing.signal]),
      }).then(() => {
        throw lost(`it did not come back within ${REQUEST_TIMEOUT_MS / 1000} s`)
      })
      try {
        await Promise.race([nextConnection.promise, late])
      } catch (error) {
        throw closedBy ?? error
      } finally {
        late.catch(() => undefined)
        patience.abort()
      }
    }
  }

  async function request(method: string, params: unknown[] = []): Promise<unknown> {
    return persistently(method, () => socket.send(method, params))
  }

  async function persistently<T>(method: string, ask: () => Promise<T>): Promise<T> {
    const deadline = Date.now() + REQUEST_TIMEOUT_MS
    for (;;) {
      await connected(deadline)
      const connection = connections
      try {
        return await ask()
      } catch (error) {
        if (isAnswer(error)) throw requestFailed(method, error)
        if (closedBy !== null) throw closedBy
        const stillThere = isOpen && connection === connections
        if (stillThere || Date.now() > deadline) throw lost(`no answer to ${method}`, error)
      }
    }
  }

  async function sendExtrinsic({ hex, onStatus, onLost }: Sending): Promise<() => void> {
    const method = 'author_submitAndWatchExtrinsic'
    await connected(Date.now() + REQUEST_TIMEOUT_MS)
    const stopListening = socket.on('disconnected', () => {
      stopListening()
      if (taken) onLost()
    })
    let taken = false
    try {
      const id = await socket.subscribe(UPDATES, method, [hex], (error, status: unknown) => {
        if (error === null) onStatus(status)
      })
      taken = true
      return () => {
        stopListening()
        socket.unsubscribe(UPDATES, 'author_unwatchExtrinsic', id).catch(() => undefined)
      }
    } catch (error) {
      stopListening()
      throw isAnswer(error)
        ? requestFailed(method, error)
        : (closedBy ?? lost(`no answer to ${method}`, error))
    }
  }

  const provider: ProviderInterface = {
    hasSubscriptions: true,
    isClonable: false,
    get isConnected() {
      return isOpen
    },
    clone: () => provider,
    connect: () => Promise.resolve(),
    disconnect: close,
    on: (type, listener) => socket.on(type, listener),
    // The interface promises whatever type the caller names.
    send: <T>(method: string, params: unknown[]) => request(method, params) as Promise<T>,
    subscribe: (type, method, params, listener) =>
      persistently(method, () => socket.subscribe(type, method, params, listener)),
    unsubscribe: (type, method, id) => socket.unsubscribe(type, method, id),
  }

  async function close() {
    end(new ConnectionLost(endpoint, { what: 'this program closed it', remedy: 'Ask before.' }))
    if (!socket.isConnected) return
    const closed = new Promise<void>((resolve) => void socket.on('disconnected', () => resolve()))
    isOpen = false
    await socket.disconnect()
    await closed
  }

  return {
    endpoint,
    genesisHash,
    provider,
    request,
    sendExtrinsic,
    closedBy: () => closedBy,
    onClosed: (listener) => void closedListeners.add(listener),
    close,
  }
}

const UPDATES = 'author_extrinsicUpdate'

type Answer = Error & { code: number }

/** The endpoint's own error, as opposed to none at all. */
const isAnswer = (error: unknown): error is Answer =>
  error instanceof Error && 'code' in error && typeof error.code === 'number'

const requestFailed = (method: string, error: Answer) =>
  new RequestFailed(method, error.code, {
    what: error.message,
    remedy: `A node that offers ${method} would have answered it.`,
    cause: error,
  })
