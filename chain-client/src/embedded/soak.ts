import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiPromise, Keyring, WsProvider } from '../polkadot/api.ts'
import type { ApiOptions } from '@polkadot/api/types'
import { startEmbeddedChain } from './start.ts'

/**
 * Builds thousands of blocks on a new chain, with a client that listens, reads and sends, and prints
 * the memory of the chain's process as it goes.
 *
 *   node chain-client/src/embedded/soak.ts [BLOCKS]
 *
 * Ends with code 1 where memory after the first thousand blocks is not flat within 20 MiB.
 */
const BLOCKS = Number(process.argv[2] ?? 5_000)
const REPORT_EVERY = 500
const WARM_UP = 1_000
const TOLERANCE_MIB = 20
/** One block in so many carries transactions. */
const BUSY_EVERY = 5

/** What the supervisor passes, too: less garbage between collections. */
const NODE_FLAGS = ['--max-semi-space-size=4']

type Memory = { rss: number; heap: number; external: number }

if (process.send) await runChain(process.argv[2]!)
else await soak()

async function runChain(dir: string): Promise<void> {
  const chain = await startEmbeddedChain({ dir, port: 0, dev: true, idleMs: 3_600_000 })
  process.on('message', () => {
    const { rss, heapUsed, external } = process.memoryUsage()
    process.send!({ rss, heap: heapUsed, external } satisfies Memory)
  })
  process.on('disconnect', () => process.exit())
  process.send!(chain.url)
}

async function soak(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'covenant-soak-'))
  const child = fork(import.meta.filename, [dir], { execArgv: NODE_FLAGS })
  try {
    const [url] = (await once(child, 'message')) as [string]
    const rss = await drive(child, url)
    const settled = rss.slice(WARM_UP / REPORT_EVERY)
    const spread = Math.max(...settled) - Math.min(...settled)
    const growth = settled.at(-1)! - settled[0]!
    console.log(`after block ${WARM_UP}: grew by ${growth} MiB, within ${spread} MiB`)
    if (!(growth <= TOLERANCE_MIB)) process.exitCode = 1
  } finally {
    child.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Returns the resident memory, in MiB, at block 0 and at every report. */
async function drive(child: ChildProcess, url: string): Promise<number[]> {
  const provider = new WsProvider(url)
  const api = await ApiPromise.create({
    provider: provider as NonNullable<ApiOptions['provider']>,
    noInitWarn: true,
  })
  const alice = new Keyring({ type: 'sr25519' }).addFromUri('//Alice')
  const bob = new Keyring({ type: 'sr25519', ss58Format: 42 }).addFromUri('//Bob')
  await api.rpc.chain.subscribeFinalizedHeads(() => {})
  const { account, events } = api.query['system']!
  const { transferKeepAlive } = api.tx['balances']!
  await account!(bob.address, () => {})

  const measured = [await report(child, 0, 0)]
  let since = performance.now()
  for (let block = 1; block <= BLOCKS; block++) {
    if (block % BUSY_EVERY === 0) {
      await transferKeepAlive!(bob.address, 1n).signAndSend(alice, { nonce: -1 })
      await events!()
    }
    // Blocks faster than slots would wait for the clock.
    await provider.send('dev_timeTravel', [100])
    await provider.send('dev_newBlock', [])
    if (block % REPORT_EVERY === 0) {
      measured.push(await report(child, block, (performance.now() - since) / REPORT_EVERY))
      since = performance.now()
    }
  }
  await api.disconnect()
  return measured
}

async function report(child: ChildProcess, block: number, blockMs: number): Promise<number> {
  child.send('memory')
  const [{ rss, heap, external }] = (await once(child, 'message')) as [Memory]
  const mib = (bytes: number) => Math.round(bytes / 2 ** 20)
  console.log(
    `block ${block}: rss ${mib(rss)} MiB, heap ${mib(heap)}, external ${mib(external)}, ` +
      `${blockMs.toFixed(0)} ms a block`,
  )
  return mib(rss)
}
