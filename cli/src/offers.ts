/** What a deployment file offers, to which nodes, and for how much. */
import { readFile } from 'node:fs/promises'
import type { Chain, Node } from '@covenant/chain-client'
import type { Resources } from '@covenant/schema'
import { type DeploymentFile, readDeployment } from '@covenant/schema/deployment'
import { InvalidFile } from '@covenant/schema/yaml-document'
import { usageError } from './errors.ts'

export type OfferOptions = {
  /** The nodes that are each to run it; must agree with the file's. */
  node?: number[]
  /** For each contract. @default its part of the budget's maximum */
  escrow?: bigint
  /** The most that a second of each contract may cost. @default its part of what the budget allows */
  maxRate?: bigint
  /** Seconds from now in which the proposal may be voted on. */
  expires: number
  /** Seconds from now in which a node may answer. */
  deadline: number
}

/** The nodes that file and flags name, or how many are to be chosen, of which regions. */
export type Places = { named: number[] } | { replicas: number; regions: string[] | null }

/** @throws CliError with every mistake of the file, before anything is sent */
export async function readDeploymentFile(path: string): Promise<DeploymentFile> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`
    throw usageError(`${path}: ${reason}; "covenant init" writes a deployment file to begin with`, {
      cause: error,
    })
  }
  try {
    return readDeployment(text, path)
  } catch (error) {
    if (error instanceof InvalidFile) throw usageError(error.message, { cause: error })
    throw error
  }
}

/** Where file and flag agree that it is to run. @throws CliError where they do not, or none says it */
export function placesOf(
  { deployment, problem }: DeploymentFile,
  flag: number[] | undefined,
): Places {
  const { node, nodes, replicas } = deployment.placement ?? {}
  const written = node === undefined ? nodes : [node]
  if (Array.isArray(written)) {
    if (flag !== undefined && !isSame(flag, written)) {
      const key = node === undefined ? 'nodes' : 'node'
      const what = `is ${written.join(', ')}, but --node is ${flag.join(', ')}`
      throw usageError(problem(['placement', key], what).message)
    }
    return { named: written }
  }
  if (written !== undefined || replicas !== undefined) {
    if (flag !== undefined && flag.length !== (replicas ?? 1)) {
      const what = `${replicas ?? 1} of these are to run it, and --node names ${flag.length}`
      throw usageError(problem(['placement'], what).message)
    }
    return flag === undefined
      ? { replicas: replicas ?? 1, regions: written?.region ?? null }
      : { named: flag }
  }
  if (flag !== undefined) return { named: flag }
  throw usageError(
    'Which node is to run it? Add --node ID, or placement: { node: ID } to the file; "covenant node list" shows them',
  )
}

const isSame = (one: number[], other: number[]) =>
  one.length === other.length && one.every((node) => other.includes(node))

export type Terms = {
  places: Places
  escrow: bigint
  maxRate: bigint
  /** In chain seconds. */
  expires: number
  deadline: number
}

/** What flags say of each contract; else its part of the budget. Times are counted from now. */
export async function termsOf(
  chain: Chain,
  file: DeploymentFile,
  options: OfferOptions,
): Promise<Terms> {
  const { maxDeadline } = chain.constants.contracts
  if (options.deadline > maxDeadline) {
    throw usageError(`--deadline: a node must answer within ${maxDeadline / 86_400} days`)
  }
  if (options.expires > options.deadline) {
    throw usageError(
      '--expires: the proposal would outlive the offer in it; let it expire before --deadline',
    )
  }
  const places = placesOf(file, options.node)
  const count = BigInt('named' in places ? places.named.length : places.replicas)
  const now = await chain.clock.now()
  return {
    places,
    escrow: options.escrow ?? file.deployment.budget.max / count,
    maxRate: options.maxRate ?? file.maxRate / count,
    expires: now + options.expires,
    deadline: now + options.deadline,
  }
}

/** Σ resource × price, as the chain computes it. */
export function rateOf(resources: Resources, { prices }: Pick<Node, 'prices'>): bigint {
  return (
    BigInt(resources.cpu) * prices.cpu +
    BigInt(resources.memory) * prices.memory +
    BigInt(resources.storage) * prices.storage +
    BigInt(resources.gpus) * prices.gpu +
    BigInt(resources.publicIpv4) * prices.publicIpv4
  )
}
