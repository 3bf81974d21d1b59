/**
 * Two agents with one seed would each stop and start what the other runs. On one host a lock tells them
 * apart (seed-lock.ts). On two it is the account that they share: its nonce counts whatever either of
 * them tells the chain, and an agent that lives tells it something in every heartbeat period.
 */
import { TransientError, type Chain, type Head, type Node } from '@covenant/chain-client'
import { isLoopbackHost } from '@covenant/schema/image'
import type { Service } from '@covenant/service'
import { createAlarm } from './alarm.ts'
import type { NonceBook } from './nonce-book.ts'

/** What another's sign of life may be late by: its round, a block, and until that is final. */
const MARGIN_S = 60
/** A new head makes it look at once. */
const LOOK_EVERY_MS = 10_000

export type TwinDeps = {
  chain: Pick<
    Chain,
    | 'endpoint'
    | 'chainType'
    | 'constants'
    | 'finalizedHead'
    | 'watchFinalized'
    | 'nodes'
    | 'clock'
    | 'system'
  >
  node: number
  agent: string
  nonces: NonceBook
  service: Service
  /** Told why this agent waits or ends; null when all is well. */
  publish: (problem: string | null) => void
}

/**
 * Resolves when no other agent with this seed can be alive, or this one is asked to stop. Where another
 * one has signed since this folder was last in use, that takes its silence for a heartbeat period.
 * @throws when it is not silent
 */
export async function waitForSilence(deps: TwinDeps): Promise<void> {
  const { chain, agent, nonces, service, publish } = deps
  const { log, signal } = service
  /** The account's next nonce when it was looked at first. */
  let first: number | undefined

  const isSilent = async () => {
    const sight = await look(deps)
    const begins = silentAt(sight, deps)
    if (begins !== undefined && nonces.covers(sight.next)) return true
    if (begins === undefined || sight.now >= begins || isOwnChain(chain)) {
      await nonces.begin(sight.next)
      return true
    }
    if (first !== undefined && !nonces.covers(sight.next, first)) throw twinFound(sight, deps)
    if (first !== undefined) return false
    first = sight.next
    const seconds = begins - sight.now
    const message = `this folder does not know of all that its agent has told the chain: it begins in ${seconds} s, unless another agent with this seed shows itself`
    log.warn('waiting', { why: message, agent })
    publish(message)
    service.ready({ agent, node: deps.node, begins: `in ${seconds} s` })
    return false
  }

  await atEachHead(chain, signal, async () => {
    try {
      return await isSilent()
    } catch (error) {
      // Until the chain can be read nothing is known, and nothing is begun.
      if (!(error instanceof TransientError)) throw error
      log.warn('the chain cannot be read and is asked again', { why: error })
      return false
    }
  })
  publish(null)
}

/**
 * Watches for calls of this agent's account that it did not make. `found` aborts with the error that
 * says so; `stop` ends the watch.
 */
export function watchForTwin(deps: TwinDeps): { found: AbortSignal; stop: () => Promise<void> } {
  const { nonces } = deps
  const found = new AbortController()
  const stopping = new AbortController()
  const watching = atEachHead(deps.chain, stopping.signal, async () => {
    try {
      const sight = await look(deps)
      if (!serves(sight, deps)) await nonces.begin(sight.next)
      else if (!nonces.covers(sight.next)) found.abort(twinFound(sight, deps))
    } catch {
      // The loop says that the chain is away; a later head shows the same.
    }
    return found.signal.aborted
  })
  return {
    found: found.signal,
    stop: async () => {
      stopping.abort()
      await watching
    },
  }
}

type Sight = { head: Head; node: Node | null; now: number; next: number }

async function look({ chain, node, agent }: TwinDeps): Promise<Sight> {
  const head = await chain.finalizedHead()
  const [found, now, next] = await Promise.all([
    chain.nodes.get(node, head.hash),
    chain.clock.now(head.hash),
    chain.system.nextNonce(agent, head.hash),
  ])
  return { head, node: found, now, next }
}

/** Calls `isDone` until it answers true or `signal` aborts: now, and at each new head. */
async function atEachHead(
  chain: Pick<Chain, 'watchFinalized'>,
  signal: AbortSignal,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const alarm = createAlarm()
  const stopWatching = chain.watchFinalized(() => alarm.ring())
  try {
    while (!signal.aborted && !(await isDone())) await alarm.wait(LOOK_EVERY_MS, signal)
  } finally {
    stopWatching()
  }
}

/** What an agent that does not serve has signed says nothing: it may even lose its count. */
function serves({ node }: Sight, { agent }: TwinDeps): boolean {
  return node?.agent === agent
}

/** When another agent would have been seen on chain, had it lived; undefined where none serves. */
function silentAt(sight: Sight, deps: TwinDeps): number | undefined {
  if (!serves(sight, deps)) return undefined
  return (sight.node?.lastSeen ?? 0) + deps.chain.constants.nodes.heartbeatPeriod + MARGIN_S
}

/** A development chain on loopback: whoever reaches it shares the lock of this host's agents. */
function isOwnChain({ chainType, endpoint }: TwinDeps['chain']): boolean {
  return chainType === 'Development' && isLoopbackHost(new URL(endpoint).host)
}

function twinFound({ head }: Sight, { agent, node, publish }: TwinDeps): Error {
  const message =
    `another agent with this seed (${agent}) is alive on another host: by block ${head.height} it has made calls that this one did not. ` +
    `Stop it, or give this machine a seed of its own. If you run no other, the seed is stolen: covenant node rotate ${node} names another agent`
  publish(message)
  return new Error(message)
}
