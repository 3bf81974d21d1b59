import { NotAccepted, Unconfirmed, type SubmitStatus } from '@covenant/chain-client'
import type { Log } from '@covenant/service'
import type { Memory } from './state/memory.ts'

/**
 * Which transactions of its account this agent signed: what else the chain counts, another signed that
 * has the same seed.
 *
 * A nonce is written down before anything signed with it is sent, so that an agent that was killed in
 * between is no stranger to the one after it. One whose transaction certainly never ran is crossed out:
 * where two sign with the same nonce, the one who loses finds that it was the other's.
 */
export type NonceBook = {
  /** Answers from here on for what comes at `next` and later, whoever signed what was before. */
  begin(next: number): Promise<void>
  /** Whether all that the account has signed before `next`, and not before `from`, is in the book. */
  covers(next: number, from?: number): boolean
  /** Submits, with every nonce in the book before it is used. */
  submit<T>(submit: (onStatus: (status: SubmitStatus) => Promise<void>) => Promise<T>): Promise<T>
}

export function createNonceBook(memory: Pick<Memory, 'nonces' | 'setNonces'>, log: Log): NonceBook {
  let from = memory.nonces?.from
  const own = new Set(memory.nonces?.own)
  /** Signed in this life, and not known yet to have run. */
  const open = new Set<number>()

  const forgetBefore = (nonce: number) => {
    from = nonce
    for (const one of own) if (one < nonce) own.delete(one)
  }
  const save = async () => {
    if (from === undefined) return
    try {
      await memory.setNonces({ from, own: [...own] })
    } catch (error) {
      // A full disk is no reason to fall silent: at worst the agent after this one waits for nothing.
      log.warn('what this agent signs cannot be written down', { why: error })
    }
  }

  return {
    begin: async (next) => {
      if (from === next) return
      forgetBefore(next)
      await save()
    },
    covers: (next, since = from) => {
      if (since === undefined) return false
      if (next - since > own.size) return false
      for (let nonce = since; nonce < next; nonce++) if (!own.has(nonce)) return false
      // Written down with the next nonce. What is open may yet turn out to be another's.
      if (since === from) forgetBefore(Math.max(from, Math.min(next, ...open)))
      return true
    },
    submit: async (submit) => {
      let nonce: number | undefined
      const crossOut = (never: number) => {
        own.delete(never)
        open.delete(never)
      }
      const onStatus = async (status: SubmitStatus) => {
        if (status.type !== 'signed') return
        // It is signed anew, since the chain did not take it.
        if (nonce !== undefined) crossOut(nonce)
        nonce = status.nonce
        own.add(nonce)
        open.add(nonce)
        await save()
      }
      try {
        return await submit(onStatus)
      } catch (error) {
        if (nonce !== undefined && neverRan(error)) {
          crossOut(nonce)
          await save()
        }
        throw error
      } finally {
        if (nonce !== undefined) open.delete(nonce)
      }
    },
  }
}

function neverRan(error: unknown): boolean {
  return error instanceof NotAccepted || (error instanceof Unconfirmed && !error.mayHaveLanded)
}
