/** Waiting until a contract runs, or is closed; and a contract as it is at one finalised block. */
import type { Chain, Contract, Tombstone } from '@covenant/chain-client'
import type { Context } from './context.ts'
import { CliError } from './errors.ts'
import { EXIT } from './exit-codes.ts'
import { formatTime } from './output.ts'
import { waitOnChain } from './wait.ts'

/** Once pruned, a closed contract is known by its id alone. */
export type Reading = { height: number; at: string; now: number } & (
  | { type: 'open'; contract: Contract }
  | { type: 'closed'; tombstone: Tombstone | null }
  | { type: 'absent' }
)

export type WaitFor = { wait: 'running' | 'closed'; timeout: number; context: Context }

/** @throws CliError with code 6 when the time is over, 4 as soon as it can never be */
export async function waitForContract(
  chain: Chain,
  id: number,
  { wait, timeout, context }: WaitFor,
): Promise<Reading> {
  let last = ''
  const found = await waitOnChain(chain, {
    timeoutSeconds: timeout,
    resume: `covenant contract show ${id} --wait ${wait}`,
    look: async () => {
      const reading = await readContract(chain, id)
      const state = stateOf(reading)
      if (state !== last) {
        const line = `contract ${id}: ${state} (block ${reading.height})`
        context.progress(line, { contract: id, state, height: reading.height })
      }
      last = state
      return isReached(reading, id, wait) ? reading : undefined
    },
  })
  if (found !== undefined) return found
  throw new CliError(
    `Contract ${id} is ${last || 'not seen'} and not ${wait} after ${timeout} s; ` +
      '"covenant doctor" says whether chain and node are well',
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
  if (reading.type === 'open') return reading.contract.state
  return `Closed${reading.tombstone === null ? '' : ` (${reading.tombstone.reason})`}`
}

/** Whether the wait is over. @throws CliError with code 4 when it can never be */
function isReached(reading: Reading, id: number, wait: 'running' | 'closed'): boolean {
  if (reading.type === 'closed') {
    if (wait === 'closed') return true
    throw new CliError(
      `Contract ${id} is ${stateOf(reading)} and will not run; propose it again`,
      EXIT.rejected,
    )
  }
  if (reading.type === 'absent' || wait === 'closed') return false
  const { state, pending } = reading.contract
  if (state === 'Offered' && pending !== null && reading.now > pending.deadline) {
    throw new CliError(
      `The offer of contract ${id} has expired at ${formatTime(pending.deadline)}: its node did not answer. Cancel it ("covenant contract cancel ${id}") and propose it again`,
      EXIT.rejected,
    )
  }
  return state === 'Running'
}
