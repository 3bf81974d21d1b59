/** What the chain has to be: there, known to this release, with the time of day, and whose key. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Chain } from '@covenant/chain-client'
import { formatAmount } from '@covenant/schema/amount'
import { START } from '@covenant/service/installed'
import { z } from 'zod'
import { withChain } from '../../chain.ts'
import { addressOfKey } from '../../keys.ts'
import type { Check } from './check.ts'
import { firstSentence } from './parts.ts'

const RUNTIME = join(import.meta.dirname, '../../../../chain/artifacts/covenant_runtime.json')
/** More than a slot of any chain, less than what a deadline is chosen by. */
const MAX_CLOCK_SECONDS = 60
/** What a handful of proposals and their fees take. */
const ENOUGH = 10n ** 18n

/** One connection for all of them; each is a line, whatever the others are. */
export async function checkChain(endpoint: string, key: string | undefined): Promise<Check[]> {
  try {
    return await withChain(endpoint, async (chain) => {
      const { height, hash } = await chain.finalizedHead()
      const detail = `${chain.chainName} (${chain.chainType}) at ${endpoint}, genesis ${chain.genesisHash.slice(0, 10)}…, block ${height} is final`
      return [
        { name: 'chain', ok: true, detail },
        await checkRuntime(chain),
        await checkClock(chain, hash),
        await checkKey(chain, key),
      ]
    })
  } catch (error) {
    const help = `${START}, or --chain URL`
    const away = { ok: false, detail: 'cannot be told while the chain is away', help } as const
    const chain = { name: 'chain', ok: false, detail: firstSentence(error), help } as const
    return [chain, ...['runtime', 'clock', 'key'].map((name) => ({ name, ...away }))]
  }
}

const known = z.object({
  specName: z.string(),
  specVersion: z.number(),
  transactionVersion: z.number(),
})

/** Whether the calls of this release are the chain's. */
async function checkRuntime(chain: Chain): Promise<Check> {
  const name = 'runtime'
  const ours = known.parse(JSON.parse(await readFile(RUNTIME, 'utf8')))
  const theirs = await chain.runtimeVersion()
  const detail = `${theirs.specName} ${theirs.specVersion}, transactions of version ${theirs.transactionVersion}`
  if (theirs.transactionVersion !== ours.transactionVersion || theirs.specName !== ours.specName) {
    const help = `this release is of ${ours.specName}, transactions of version ${ours.transactionVersion}: use the one that belongs to the chain`
    return { name, ok: false, detail, help }
  }
  if (theirs.specVersion === ours.specVersion) return { name, ok: true, detail }
  const help = `this release was made with ${ours.specVersion}: see whether there is a newer one`
  return { name, ok: true, detail, help }
}

/** Deadlines are in chain seconds, and people think in those of this machine. */
export async function checkClock(
  chain: Pick<Chain, 'clock'>,
  at: string,
  now = Date.now(),
): Promise<Check> {
  const name = 'clock'
  const behind = Math.round(now / 1000) - (await chain.clock.now(at))
  if (Math.abs(behind) <= MAX_CLOCK_SECONDS) {
    return { name, ok: true, detail: `the chain's is ${behind} s behind this machine's` }
  }
  const [word, help] =
    behind > 0
      ? [
          'behind',
          'a chain that stood still catches up 60 s a block; otherwise look at the clock of this machine',
        ]
      : ['ahead of', 'look at the clock of this machine']
  return {
    name,
    ok: true,
    detail: `the chain's is ${Math.abs(behind)} s ${word} this machine's`,
    help,
  }
}

async function checkKey(chain: Chain, key: string | undefined): Promise<Check> {
  const name = 'key'
  if (key === undefined) {
    return { name, ok: true, detail: 'none is named; --key, or COVENANT_KEY, names who signs' }
  }
  let address: string | undefined
  try {
    address = addressOfKey(key)
  } catch (error) {
    return { name, ok: false, detail: firstSentence(error), help: 'covenant keys list' }
  }
  if (address === undefined) {
    return { name, ok: true, detail: `${key} is a file whose account only its secret tells` }
  }
  const { free } = await chain.balances.of(address)
  const detail = `${address} has ${formatAmount(free)} free`
  if (free >= ENOUGH) return { name, ok: true, detail }
  const help = `covenant account send ${address} "5 COV" --key SOMEBODY: fees and deposits want some`
  return { name, ok: true, detail, help }
}
