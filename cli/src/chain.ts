import {
  type Call,
  type Chain,
  ChainError,
  ChainUnreachable,
  connect,
  ConnectionLost,
  type DispatchFailure,
  InvalidArgument,
  type Outcome,
  RequestFailed,
  type SignedTransaction,
  type Signer,
  type SubmitOptions,
} from '@covenant/chain-client'
import { START } from '@covenant/service/installed'
import type { Context, Report } from './context.ts'
import { CliError, Finished } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { readSigned } from './keys.ts'

/** Connects, works, and hangs up, whatever happens; the client's errors become this command's. */
export async function withChain<T>(
  endpoint: string,
  work: (chain: Chain) => Promise<T>,
): Promise<T> {
  let chain: Chain | undefined
  try {
    chain = await connect({ endpoint })
    return await work(chain)
  } catch (error) {
    throw translate(error)
  } finally {
    await chain?.close()
  }
}

/** For what needs the client but no connection, such as reading an address. */
export function withClientErrors<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw translate(error)
  }
}

/** The same for what takes a while. */
export async function withClientErrorsOf<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw translate(error)
  }
}

function translate(error: unknown): unknown {
  if (!(error instanceof ChainError)) return error
  const hint =
    error instanceof ChainUnreachable
      ? `Start one with "${START}", or name another with --chain URL.`
      : error.remedy
  return new CliError(`${error.message}. ${hint}`, exitCodeOf(error), { cause: error })
}

function exitCodeOf(error: ChainError): ExitCode {
  if (error instanceof InvalidArgument) return EXIT.usage
  const unreachable = [ChainUnreachable, ConnectionLost, RequestFailed]
  return unreachable.some((kind) => error instanceof kind) ? EXIT.unreachable : EXIT.failure
}

export type Landed = Extract<Outcome, { ok: true }>

/** Signs and sends a call, and waits until it is final. @throws CliError when the chain refuses it */
export async function send(
  chain: Chain,
  { call, signer, context }: { call: Call; signer: Signer; context: Context },
): Promise<Landed> {
  const { elsewhere } = context
  if (elsewhere?.printFor !== undefined) throw new Finished(printedCall(call, elsewhere.printFor))
  const stopped = new AbortController()
  let sent = ''
  const leave = (extrinsicHash: string) => {
    if (context.leavesAtOnce) stopped.abort(new Finished(left(call, extrinsicHash)))
  }
  const interrupt = () => stopped.abort(interrupted(sent))
  const options: SubmitOptions = {
    signal: stopped.signal,
    onStatus: (status) => {
      sent = status.extrinsicHash
      if (status.type === 'signed') context.say(`signed as ${signer.address}`)
      if (status.type === 'sent') leave(status.extrinsicHash)
      if (status.type === 'inBlock') context.say(`in block ${status.blockHash}`)
    },
  }
  process.once('SIGINT', interrupt)
  try {
    return landed(
      elsewhere?.signedFile === undefined
        ? await chain.submit(call, signer, options)
        : await chain.submitSigned(signedFor(chain, call, elsewhere.signedFile), options),
    )
  } finally {
    process.off('SIGINT', interrupt)
  }
}

function left({ hex, hash, pallet, name }: Call, extrinsicHash: string): Report {
  return {
    data: { extrinsicHash, call: { hex, hash, pallet, name } },
    text: `The chain has the transaction ${extrinsicHash}, with ${pallet}.${name}; what becomes of it was not waited for.\nNext: covenant inbox, or covenant status`,
  }
}

function printedCall({ hex, hash, pallet, name }: Call, signer: string): Report {
  return {
    data: { signer, call: { hex, hash, pallet, name } },
    text: `${hex}\n\nThis is ${pallet}.${name} with the hash ${hash}, for ${signer} to sign. Nothing was signed.\nNext: sign it there, then the same command with --submit FILE`,
  }
}

/** @throws CliError with code 5 where another call was signed than this command would make */
function signedFor(chain: Chain, call: Call, file: string): SignedTransaction {
  const signed = readSigned(chain, file)
  if (signed.call.hash === call.hash) return signed
  throw new CliError(
    `Nothing was sent: ${file} holds ${signed.call.pallet}.${signed.call.name} with the hash ${signed.call.hash}, and this command would make ${call.pallet}.${call.name} with ${call.hash}. Print the call again with --print-call, and sign that`,
    EXIT.stale,
  )
}

function interrupted(sent: string): CliError {
  const what =
    sent === ''
      ? 'Nothing was sent'
      : `Stopped waiting; the transaction ${sent} is sent and goes on. Look again: covenant status`
  return new CliError(what, EXIT.interrupted)
}

function landed(outcome: Outcome): Landed {
  if (outcome.ok) return outcome
  throw refusal(outcome.error, outcome.blockHeight)
}

/** Failures that say that it is too late, in the words of the pallets. */
const TOO_LATE = new Set([
  'ProposalNotFound',
  'ProposalStale',
  'ProposalExpired',
  'DeadlinePassed',
  'OfferExpired',
])

function refusal({ pallet, name, docs }: DispatchFailure, blockHeight: number): CliError {
  const word = pallet === null ? name : `${pallet}.${name}`
  const why = docs === '' ? '' : ` ${docs}`
  return new CliError(
    `The chain refused it in block ${blockHeight}, and nothing but the fee has changed: ${word}.${why}`,
    TOO_LATE.has(name) ? EXIT.rejected : EXIT.failure,
  )
}
