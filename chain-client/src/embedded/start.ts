import { randomBytes } from 'node:crypto'
import { createLog, type Log } from '@covenant/service'
import { lockFolder } from '@covenant/service/folder-lock'
import type { Hex } from '@covenant/schema/hash'
import { createAuthor } from './author.ts'
import { createChain } from './chain.ts'
import { createExecutor, type Executor } from './executor.ts'
import { buildGenesis } from './genesis.ts'
import { createPool } from './pool.ts'
import { createMethods } from './rpc/methods.ts'
import { readRuntime } from './runtime.ts'
import { toHex } from './scale.ts'
import { openServer } from './server.ts'
import { CODE_KEY } from './state.ts'
import { openStore, type Store, UnusableFolder } from './store.ts'

export type EmbeddedChainOptions = {
  /** The folder of the chain's data; made where it is missing. One process at a time. */
  dir: string
  /** 0 takes any free one. */
  port: number
  /** Origins of web pages that may connect. @default none */
  allowOrigins?: string[]
  /** The runtime that a new chain begins with. @default the committed one */
  runtime?: string
  /** How long the chain stands still when nobody sends anything. @default 6000 */
  idleMs?: number
  /** Adds `dev_newBlock` and `dev_timeTravel`; for tests alone. @default false */
  dev?: boolean
  log?: Log
}

export type EmbeddedChain = {
  /** `ws://127.0.0.1:…`; the same address takes HTTP POST. */
  url: string
  port: number
  genesisHash: Hex
  /** Ends the block that is being built, then closes connections, files and the lock. */
  stop(): Promise<void>
}

/**
 * Starts a chain in this process and resolves when clients can connect and sign: a new folder gets a
 * chain with a genesis hash of its own, another one goes on where it stopped.
 *
 * Throws `FolderLocked`, `UnusableFolder`, `NoRuntime` or `PortInUse`.
 */
export async function startEmbeddedChain({
  dir,
  port,
  allowOrigins = [],
  runtime,
  idleMs,
  dev = false,
  log = createLog('covenant-chain'),
}: EmbeddedChainOptions): Promise<EmbeddedChain> {
  // Undone from the last to the first, whether the start fails half-way or the chain is stopped.
  const undo: (() => void | Promise<void>)[] = []
  const stop = async () => {
    for (let step = undo.pop(); step; step = undo.pop()) await step()
  }
  try {
    undo.push(lockFolder(dir))
    const store = openStore(dir)
    undo.push(() => store.close())
    const executor = createExecutor({
      onRuntimeLog: ({ target, message }) => log.debug(message, { target }),
    })
    undo.push(() => executor.close())
    await prepare({ store, executor, dir, runtime, log })

    const chain = createChain({ store, executor, log })
    const pool = createPool({ chain })
    const author = createAuthor({ chain, pool, log, ...(idleMs !== undefined && { idleMs }) })
    undo.push(() => author.stop())
    // The first block puts the genesis hash where signatures are checked against it, and after a
    // long stop the clock is right again before anybody asks.
    await author.produce()

    const methods = createMethods({ chain, pool, author, log }, { dev })
    const server = await openServer({ methods, port, allowOrigins, log })
    undo.push(() => server.close())
    const { genesisHash } = chain
    return { url: `ws://127.0.0.1:${server.port}`, port: server.port, genesisHash, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

type PrepareOptions = {
  store: Store
  executor: Executor
  dir: string
  runtime: string | undefined
  log: Log
}

/** Makes the genesis of a new chain; of an old one, sees whether it is a chain of this runtime. */
async function prepare({ store, executor, dir, runtime, log }: PrepareOptions): Promise<void> {
  const code = readRuntime(runtime)
  const head = store.head()
  if (!head) {
    const chainId = toHex(randomBytes(32))
    store.append(await buildGenesis({ executor, code, chainId }))
    return
  }
  const running = store.stateAt(store.codeSetAt(head.number)).get(CODE_KEY)!
  if (running === code) return
  const [own, given] = [await executor.version(running), await executor.version(code)]
  if (own.specName !== given.specName) {
    throw new UnusableFolder(
      `${dir} holds a chain of ${own.specName}, and the runtime is ${given.specName}; choose another folder`,
    )
  }
  log.warn('the chain goes on with its own runtime, which is not the given one', {
    own: own.specVersion,
    given: given.specVersion,
    remedy: 'upgrade it with sudo, or begin a new chain',
  })
}
