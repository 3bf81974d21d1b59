/** Waiting until contracts run, or are closed; and a contract as it is at one finalised block. */
import type { Chain, Contract, Tombstone } from '@covenant/chain-client'
import type { Context } from './context.ts'
import { CliError } from './errors.ts'
import { EXIT } from './exit-codes.ts'
import { formatTime } from './output.ts'
import type { Offered } from './votes.ts'
import { waitOnChain } from './wait.ts'

/** Once pruned, a closed contract is known by its id alone. */
export type Reading = { height: number; at: string; now: number } & (
  | { type: 'open'; contract: Contract }
  | { type: 'closed'; tombstone: Tombstone | null }
  | { type: 'absent' }
)

export type Awaited = {
  contract: number
  wait: 'running' | 'closed'
  /** Runs at least this version of what it was offered with. @default any */
  version?: number
}
type Limits = { timeout: number; context: Context }

/** @throws CliError with code 6 when the time is over, 4 as soon as it can never be */
export async function waitForContract(
  chain: Chain,
  awaited: Awaited,
  limits: Limits,
): Promise<Reading> {
  const [reading] = await waitForAll(chain, [awaited], limits)
  if (reading === undefined) throw new Error('one is awaited')
  return reading
}

/** Until each runs the version that it was offered with. @throws CliError as for one */
export async function waitForOffers(
  chain: Chain,
  offers: readonly Offered[],
  limits: Limits,
): Promise<Contract[]> {
  const awaited = offers.map(({ contract, version }) => ({
    ...{ contract, version, wait: 'running' as const },
  }))
  const readings = await waitForAll(chain, awaited, limits)
  return readings.flatMap((reading) => (reading.type === 'open' ? [reading.contract] : []))
}

async function waitForAll(
  chain: Chain,
  all: readonly Awaited[],
  { timeout, context }: Limits,
): Promise<Reading[]> {
  const last = new Map<number, string>()
  // What a node said of an earlier version says nothing of the one that is waited for.
  const earlier = new Map<number, number>()
  const tell = ({ contract: id }: Awaited, reading: Reading) => {
    const state = stateOf(reading)
    if (state === last.get(id)) return
    last.set(id, state)
    const line = `contract ${id}: ${state} (block ${reading.height})`
    context.progress(line, { contract: id, state, height: reading.height })
  }
  const [first] = all
  const one = all.length === 1 && first !== undefined
  const found = await waitOnChain(chain, {
    timeoutSeconds: timeout,
    resume: one
      ? `covenant contract show ${first.contract} --wait ${first.wait}`
      : 'covenant status',
    what: `waiting until ${all.map(({ contract, wait }) => `contract ${contract} is ${wait}`).join(', ')}`,
    context,
    look: async () => {
      const readings = await Promise.all(
        all.map(async (awaited) => {
          const reading = await readContract(chain, awaited.contract)
          tell(awaited, reading)
          noteEarlier(reading, awaited, earlier)
          return { awaited, reading }
        }),
      )
      const reached = readings.map(({ awaited, reading }) => isReached(reading, awaited, earlier))
      return reached.every(Boolean) ? readings.map(({ reading }) => reading) : undefined
    },
  })
  if (found !== undefined) return found
  const states = all.map(
    ({ contract, wait }) =>
      `Contract ${contract} is ${last.get(contract) ?? 'not seen'} and not ${wait}`,
  )
  throw new CliError(
    `${states.join('; ')} after ${Math.round(timeout)} s; "covenant doctor" says whether chain and node are well`,
    EXIT.timedOut,
  )
}

export async function readContract(chain: Chain, id: number): Promise<Reading> {
  const { height, hash: at } = await chain.finalizedHead()
  const [contract, next, now] = await Promise.all([
    chain.contracts.get(id, at),
    chain.contracts.nextId(at),
    chain.clock.now(at),
  ])
  const block = { height, at, now }
  if (contract !== null) return { ...block, type: 'open', contract }
  if (id >= next || id === 0) return { ...block, type: 'absent' }
  return { ...block, type: 'closed', tombstone: await chain.contracts.tombstone(id, at) }
}

function stateOf(reading: Reading): string {
  if (reading.type === 'absent') return 'not there yet'
  if (reading.type === 'closed') {
    return `Closed${reading.tombstone === null ? '' : ` (${reading.tombstone.reason})`}`
  }
  const { state, running, pending, report } = reading.contract
  const update = running && pending ? `, version ${pending.spec.version} offered` : ''
  const health = state === 'Running' && report !== null ? `, ${report.health}` : ''
  return `${state}${health}${update}`
}

/** Whether the wait is over. @throws CliError with code 4 when it can never be */
function isReached(
  reading: Reading,
  { contract: id, wait, version }: Awaited,
  earlier: ReadonlyMap<number, number>,
): boolean {
  if (reading.type === 'closed') {
    if (wait === 'closed') return true
    throw never(`Contract ${id} is ${stateOf(reading)} and will not run; propose it again`)
  }
  if (reading.type === 'absent' || wait === 'closed') return false
  const { state, running, pending, report } = reading.contract
  if (pending !== null && reading.now > pending.deadline) {
    const help =
      running === null
        ? `Cancel it ("covenant cancel ${id}") and propose it again`
        : `Take it back ("covenant contract withdraw-update ${id}"), and plan again`
    const what = running === null ? 'The offer' : `Version ${pending.spec.version}`
    const when = `has expired at ${formatTime(pending.deadline)}: its node did not answer`
    throw never(`${what} of contract ${id} ${when}. ${help}`)
  }
  if (state === 'Suspended') {
    throw never(`Contract ${id} is suspended for want of money: covenant top-up ${id} AMOUNT`)
  }
  if (running === null) return false
  if (version !== undefined && running.version < version) {
    if (pending?.spec.version === version) return false
    throw never(
      `Version ${version} of contract ${id} will not run: its node declined it, or it was taken back; version ${running.version} goes on`,
    )
  }
  const isNews = report !== null && report.at > (earlier.get(id) ?? 0)
  if (isNews && (report.health === 'Unhealthy' || report.health === 'Ended')) {
    const why = `its node reports it ${report.health}`
    throw never(`Contract ${id} is accepted, but ${why}; "covenant contract logs ${id}" there`)
  }
  return state === 'Running'
}

function noteEarlier(
  reading: Reading,
  { contract, version = 1 }: Awaited,
  at: Map<number, number>,
) {
  if (reading.type !== 'open') return
  const { running, report } = reading.contract
  if (report !== null && (running?.version ?? 0) < version) at.set(contract, report.at)
}

const never = (message: string) => new CliError(message, EXIT.rejected)
