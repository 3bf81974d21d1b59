import { bytesOf, type Chain } from '@covenant/chain-client'
import { bodyHash, InvalidBody, parseBody, type Body } from '@covenant/schema'

/** Bodies by their hash, whoever they were heard from. */
export type Bodies = {
  /** Takes a body that the API sent; it is known by the hash of its bytes, so it cannot lie. */
  hear(text: string): void
  /** The body with this hash, from the chain if nobody told it yet, or what is wrong with it. */
  get(hash: string): Promise<Body | InvalidBody>
  /** Drops all bodies but these. */
  keep(hashes: ReadonlySet<string>): void
}

export function createBodies(chain: Pick<Chain, 'contracts'>): Bodies {
  const known = new Map<string, Body | InvalidBody>()

  const learn = (bytes: Uint8Array) => known.set(bodyHash(bytes), readBody(bytes))

  return {
    hear: (text) => void learn(new TextEncoder().encode(text)),
    get: async (hash) => {
      const before = known.get(hash)
      if (before) return before
      const body = await chain.contracts.body(hash)
      if (!body) throw new Error(`the chain has no body ${hash}`)
      learn(bytesOf(body.bytes))
      const learnt = known.get(hash)
      if (!learnt) throw new Error(`the chain's body ${hash} has another hash`)
      return learnt
    },
    keep: (hashes) => {
      for (const hash of known.keys()) if (!hashes.has(hash)) known.delete(hash)
    },
  }
}

function readBody(bytes: Uint8Array): Body | InvalidBody {
  try {
    return parseBody(bytes)
  } catch (error) {
    if (error instanceof InvalidBody) return error
    throw error
  }
}
