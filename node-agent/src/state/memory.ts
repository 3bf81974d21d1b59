import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { isMissing, writeFileAtomic } from './files.ts'

const memorySchema = z.strictObject({
  /** The chain that all of this belongs to. */
  genesis: z.string(),
  /** The contracts that this agent runs, so that no silence of the API makes it forget one. */
  contracts: z.array(z.int()),
  /** Which transactions of the account it answers for: all before `from`, and `own`. */
  nonces: z.strictObject({ from: z.int(), own: z.array(z.int()) }).optional(),
})

export type Nonces = { readonly from: number; readonly own: readonly number[] }

/**
 * What an agent remembers across its restarts. It can be lost with the whole folder: chain and API
 * tell it all again.
 */
export type Memory = {
  /** Undefined on an empty folder. */
  readonly genesis: string | undefined
  readonly contracts: ReadonlySet<number>
  /** Kept by the nonce book; undefined on an empty folder. */
  readonly nonces: Nonces | undefined
  setNonces(nonces: Nonces): Promise<void>
  setGenesis(genesis: string): Promise<void>
  remember(contract: number): Promise<void>
  forget(contract: number): Promise<void>
}

/** Throws, naming the file, when it holds something else. */
export async function openMemory(file: string): Promise<Memory> {
  const read = await readMemory(file)
  let genesis = read?.genesis
  let nonces: Nonces | undefined = read?.nonces
  const contracts = new Set(read?.contracts)
  let writing = Promise.resolve()
  /** A write that has not begun yet: it will have whatever is remembered by then. */
  let waiting: Promise<void> | undefined
  const save = () => {
    const write = () => {
      waiting = undefined
      const remembered = { genesis, contracts: [...contracts], nonces }
      return writeFileAtomic(file, `${JSON.stringify(remembered)}\n`)
    }
    waiting ??= writing.then(write, write)
    writing = waiting
    return writing
  }
  return {
    get genesis() {
      return genesis
    },
    contracts,
    get nonces() {
      return nonces
    },
    setNonces: async (value) => {
      nonces = value
      await save()
    },
    setGenesis: async (value) => {
      if (genesis === value) return
      genesis = value
      await save()
    },
    remember: async (contract) => {
      if (contracts.has(contract)) return
      contracts.add(contract)
      await save()
    },
    forget: async (contract) => {
      if (contracts.delete(contract)) await save()
    },
  }
}

async function readMemory(file: string): Promise<z.infer<typeof memorySchema> | undefined> {
  try {
    return memorySchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw new Error(
      `${file} is not what an agent wrote there; remove it, and the agent learns anew`,
      {
        cause: error,
      },
    )
  }
}
