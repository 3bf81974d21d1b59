import { readFile, writeFile } from 'node:fs/promises'
import {
  buildChainSpec,
  type ChainSpecOptions,
  developmentValidator,
  type Validator,
} from '@covenant/chain-client/chain-spec'
import { type Json, parseExactly } from '@covenant/chain-client/embedded/exact-json'
import { parseAmount } from '@covenant/schema/amount'
import { addressNamed } from '../../accounts.ts'
import { withClientErrors } from '../../chain.ts'
import type { Report } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'
import { isDevelopmentKey } from '../../keys.ts'
import { fields, paragraphs } from '../../output.ts'

export type SpecOptions = {
  out: string
  type: 'development' | 'local' | 'live'
  name?: string
  /** Seconds. */
  slot: number
  /** `//Name`, or ACCOUNT:AURA:GRANDPA. */
  validator?: string[]
  /** ACCOUNT:AMOUNT. */
  endow?: string[]
  sudo?: string
  bootnode?: string[]
  /** The file of a JSON merge patch. */
  patch?: string
}

const CHAIN_TYPES = { development: 'Development', local: 'Local', live: 'Live' } as const
/** More of a slot than this does not count on the chain's clock. */
const LONGEST_SLOT_SECONDS = 60

/** Writes the raw chain spec that every validator and archive node of a new chain begins with. */
export async function writeSpec(options: SpecOptions): Promise<Report> {
  const { out, type } = options
  const wanted = await readOptions(options)
  const { spec, genesisHash } = await build(wanted)
  try {
    // Each spec is another chain: one that was given to others must not be lost.
    await writeFile(out, `${JSON.stringify(spec, null, 2)}\n`, { flag: 'wx' })
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST'
    throw isThere
      ? usageError(`${out} is there already, and would be another chain's: name another file`)
      : new CliError(`${out} cannot be written (${(cause as Error).message})`, undefined, { cause })
  }
  const { name, id, chainType, slotDurationMs, sudo = null } = wanted
  const run = `covenant-node --chain ${out} ${type === 'live' ? '--validator' : '--alice'}`
  return {
    data: { file: out, name, id, chainType, slotDurationMs, sudo, genesisHash },
    text: paragraphs(
      fields([
        ['chain', `${name} (${chainType})`],
        ['genesis', genesisHash],
        ['spec', out],
      ]),
      `Next, on each validator: ${run}`,
    ),
  }
}

async function build(options: ChainSpecOptions) {
  try {
    return await buildChainSpec(options)
  } catch (cause) {
    const why = (cause as Error).message
    throw new CliError(`The runtime makes no chain of this: ${why}`, undefined, { cause })
  }
}

async function readOptions(options: SpecOptions): Promise<ChainSpecOptions> {
  const { type, slot, validator = [], endow = [], bootnode = [], sudo, patch } = options
  const name = options.name ?? `Covenant ${type}`
  if (slot < 1 || slot > LONGEST_SLOT_SECONDS) {
    throw usageError(`--slot: a slot has 1 to ${LONGEST_SLOT_SECONDS} seconds, as in --slot 6s`)
  }
  if (type === 'live') checkLive(options)
  return {
    ...{ name, id: slugOf(name), chainType: CHAIN_TYPES[type], slotDurationMs: slot * 1000 },
    ...withClientErrors(() => ({
      validators: validator.map(readValidator),
      endowed: endow.map(readEndowment),
      sudo: sudo === undefined ? undefined : addressNamed(sudo),
    })),
    bootNodes: bootnode,
    patch: patch === undefined ? {} : await readPatch(patch),
  }
}

/** @throws CliError where a live chain would be anybody's */
function checkLive({ name, validator = [], endow = [], sudo }: SpecOptions): void {
  if (name === undefined) throw usageError('--name is missing: what a live chain is called')
  if (validator.length === 0) {
    throw usageError(`--validator is missing: a live chain has its own, each as ${VALIDATOR_FORM}`)
  }
  if (endow.length === 0) {
    throw usageError(
      `--endow is missing: nobody could pay a fee. Name who has the money, as in ${ENDOW_FORM}`,
    )
  }
  if (sudo !== undefined) {
    throw usageError(
      '--sudo: one key that may do everything is for development; no live chain has it',
    )
  }
  const known = [...validator, ...endow].find(isDevelopmentKey)
  if (known !== undefined) {
    throw usageError(`${known} is a key that everybody knows: a live chain takes addresses alone`)
  }
}

const VALIDATOR_FORM = 'ACCOUNT:AURA:GRANDPA, three addresses (or //Alice for development)'
const ENDOW_FORM = 'ACCOUNT:AMOUNT, for instance "//Alice:1000 COV"'

function readValidator(text: string): Validator {
  if (isDevelopmentKey(text) && !text.includes(':')) {
    return developmentValidator(text)
  }
  const [account, aura, grandpa, ...more] = text.split(':')
  if (grandpa === undefined || aura === undefined || account === undefined || more.length > 0) {
    throw usageError(`--validator ${text}: write ${VALIDATOR_FORM}`)
  }
  return {
    account: addressNamed(account),
    aura: addressNamed(aura),
    grandpa: addressNamed(grandpa),
  }
}

function readEndowment(text: string): ChainSpecOptions['endowed'][number] {
  const at = text.lastIndexOf(':')
  if (at <= 0) throw usageError(`--endow ${text}: write ${ENDOW_FORM}`)
  const account = addressNamed(text.slice(0, at))
  try {
    return { account, amount: parseAmount(text.slice(at + 1)) }
  } catch (cause) {
    throw usageError(`--endow ${text}: ${(cause as Error).message}`, { cause })
  }
}

async function readPatch(file: string): Promise<Json> {
  try {
    return parseExactly(await readFile(file, 'utf8'))
  } catch (cause) {
    throw usageError(
      `--patch ${file}: it is no file of JSON (${(cause as Error).message}); write one such as {"clock":{"slotDurationMs":6000}}`,
      { cause },
    )
  }
}

/** A folder's name: what other characters there are become dashes. */
function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  if (slug !== '') return slug
  throw usageError(`--name ${name}: it needs a letter or digit, for the name of the chain's folder`)
}
