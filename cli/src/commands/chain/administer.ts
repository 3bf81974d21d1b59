/** What group 0, which administers the chain, may do to the chain itself. */
import { readFile } from 'node:fs/promises'
import type { Hex } from '@covenant/chain-client'
import { blake2Hash } from '@covenant/schema/hash'
import { accountOf } from '../../accounts.ts'
import { landedData } from '../../carry-out.ts'
import { send, withChain } from '../../chain.ts'
import { requireConsent } from '../../confirm.ts'
import type { Context, Report } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { getGroup } from '../../proposals.ts'
import { type OwnOptions, proposeOwn } from '../group/propose-own.ts'

const ADMINISTRATION = 0

type Options = Omit<OwnOptions, 'group'>

/** Proposes to group 0 that the code in this file may become the runtime. */
export async function authorizeUpgrade(
  { wasm, ...options }: Options & { wasm: string },
  context: Context,
): Promise<Report> {
  const { hash: codeHash } = await readCode(wasm)
  return withChain(options.chain, async (chain) => {
    const signer = await loadSigner(options.key, chain, context)
    const group = await getGroup(chain, ADMINISTRATION)
    const call = chain.calls.system.authorizeUpgrade({ codeHash })
    return proposeOwn(chain, { ...options, group, call, signer, context })
  })
}

/** Proposes to group 0 who makes blocks from the session after the next on. */
export async function setValidators(
  { accounts, ...options }: Options & { accounts: string[] },
  context: Context,
): Promise<Report> {
  return withChain(options.chain, async (chain) => {
    const signer = await loadSigner(options.key, chain, context)
    const group = await getGroup(chain, ADMINISTRATION)
    const call = chain.calls.validators.set({
      accounts: accounts.map((name) => accountOf(name, chain)),
    })
    return proposeOwn(chain, { ...options, group, call, signer, context })
  })
}

export type ApplyUpgradeOptions = { wasm: string; yes: boolean; key?: string; chain: string }

/** Makes the code in this file the runtime, once group 0 has authorised it; anybody may. */
export async function applyUpgrade(
  { wasm, yes, key, chain: endpoint }: ApplyUpgradeOptions,
  context: Context,
): Promise<Report> {
  const { code, hash } = await readCode(wasm)
  return withChain(endpoint, async (chain) => {
    const signer = await loadSigner(key, chain, context)
    const authorized = await chain.system.authorizedUpgrade()
    if (authorized !== hash) {
      const what =
        authorized === null ? 'No code is authorised' : `The code ${authorized} is authorised`
      throw new CliError(
        `${what}, and ${wasm} has the hash ${hash}: covenant chain authorize-upgrade ${wasm}`,
      )
    }
    const what = `The code in ${wasm}, with the hash ${hash}, would be the chain's runtime from the next block on.`
    await requireConsent(context, { what, question: 'Apply it?', yes })
    const call = chain.calls.system.applyAuthorizedUpgrade({ code })
    const outcome = await send(chain, { call, signer, context })
    // Of code that cannot be the next runtime the chain says so in an event, and takes the fee.
    const isTaken = outcome.events.some(
      (event) =>
        event.type === 'other' && event.pallet === 'system' && event.name === 'CodeUpdated',
    )
    if (!isTaken) {
      throw new CliError(
        `The chain did not take the code in block ${outcome.blockHeight}: it is no runtime of this chain, or not of a later version; it would have to be authorised anew`,
      )
    }
    return {
      data: { codeHash: hash, ...landedData(outcome) },
      text: `The runtime is ${hash} from block ${outcome.blockHeight} on. Next: covenant doctor`,
    }
  })
}

/** The bytes as they would stand on chain, and their blake2-256. */
async function readCode(path: string): Promise<{ code: Uint8Array; hash: Hex }> {
  try {
    const code = await readFile(path)
    return { code, hash: blake2Hash(code) }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw usageError(
      `${path} cannot be read (${code}): give the runtime's wasm, as chain/scripts/build-runtime writes it`,
      { cause: error },
    )
  }
}
