/** From a deployment file to the calls that offer it to a node. */
import { readFile } from 'node:fs/promises'
import { type Call, type Chain, type Node } from '@covenant/chain-client'
import { bodyResources, type Resources } from '@covenant/schema'
import { formatAmount } from '@covenant/schema/amount'
import { type DeploymentFile, readDeployment } from '@covenant/schema/deployment'
import { InvalidFile } from '@covenant/schema/yaml-document'
import type { Context } from './context.ts'
import { CliError, usageError } from './errors.ts'
import { formatRate } from './output.ts'

export type OfferOptions = {
  file: string
  /** The node that is to run it; must agree with the file's. */
  node?: number
  /** @default the budget's maximum */
  escrow?: bigint
  /** The most that a second may cost. @default what the budget allows */
  maxRate?: bigint
  /** Seconds from now in which the proposal may be voted on. */
  expires: number
  /** Seconds from now in which the node may answer. */
  deadline: number
}

export type Offer = {
  file: DeploymentFile
  node: number
  escrow: bigint
  /** What a second costs at the node's present prices. */
  rate: bigint
  maxRate: bigint
  /** Keeps the body on chain. */
  note: Call
  create: Call
  /** When the proposal ends, in chain seconds. */
  expires: number
}

/** @throws CliError with every mistake of the file, before anything is sent */
export async function readDeploymentFile(path: string): Promise<DeploymentFile> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`
    throw usageError(`${path}: ${reason}; give a deployment file such as examples/hello.yaml`, {
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

/** The node that file and flag agree on. */
export function nodeOf({ deployment, problem }: DeploymentFile, flag: number | undefined): number {
  const written = deployment.placement?.node
  if (flag !== undefined && written !== undefined && flag !== written) {
    throw usageError(problem(['placement', 'node'], `is ${written}, but --node is ${flag}`).message)
  }
  const node = flag ?? written
  if (node !== undefined) return node
  throw usageError(
    'Which node is to run it? Add --node ID, or placement: { node: ID } to the file; "covenant node list" shows them',
  )
}

/** Checks the offer against the chain as it is now. @throws CliError saying what would have worked */
export async function createOffer(
  chain: Chain,
  file: DeploymentFile,
  options: OfferOptions,
  { say }: Context,
): Promise<Offer> {
  const node = nodeOf(file, options.node)
  const { maxDeadline } = chain.constants.contracts
  if (options.deadline > maxDeadline) {
    throw usageError(`--deadline: a node must answer within ${maxDeadline / 86_400} days`)
  }
  if (options.expires > options.deadline) {
    throw usageError(
      '--expires: the proposal would outlive the offer in it; let it expire before --deadline',
    )
  }
  const head = await chain.finalizedHead()
  const [found, now] = await Promise.all([
    chain.nodes.get(node, head.hash),
    chain.clock.now(head.hash),
  ])
  const resources = bodyResources(file.body)
  const maxRate = options.maxRate ?? file.maxRate
  const escrow = options.escrow ?? file.deployment.budget.max
  const rate = checkNode(found, { node, resources, maxRate, now, chain, say })
  return {
    file,
    node,
    escrow,
    rate,
    maxRate,
    note: chain.calls.contracts.noteBody({ bytes: file.bytes }),
    create: chain.calls.contracts.create({
      node,
      body: file.hash,
      resources,
      maxRate,
      escrow,
      deadline: now + options.deadline,
    }),
    expires: now + options.expires,
  }
}

type NodeCheck = {
  node: number
  resources: Resources
  maxRate: bigint
  now: number
  chain: Chain
  say: Context['say']
}

/** The rate that the chain would compute now; refuses what it would refuse. */
function checkNode(
  found: Node | null,
  { node, resources, maxRate, now, chain, say }: NodeCheck,
): bigint {
  if (found === null) {
    throw usageError(`There is no node ${node} on this chain; "covenant node list" shows them`)
  }
  const { window } = chain.constants.nodes
  if (found.lastSeen === null || found.lastSeen + window < now) {
    throw new CliError(
      `Node ${node} was not seen for ${window} s: choose another ("covenant node list"), or wait until it is back`,
    )
  }
  const rate = rateOf(resources, found)
  if (rate > maxRate) {
    throw new CliError(
      `Node ${node} would cost ${formatRate(rate)}, which is more than the limit of ${formatRate(maxRate)}: ` +
        'raise the budget in the file, ask for less, or choose another node',
    )
  }
  const { total, reserved } = found
  const short = (['cpu', 'memory', 'storage'] as const).filter(
    (kind) => total[kind] - reserved[kind] < resources[kind],
  )
  if (short.length > 0) {
    say(`note: node ${node} has too little ${short.join(' and ')} free now, and may decline`)
  }
  return rate
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

/** Says so where the owner could not pay for the offer now; it may be able to later. */
export async function warnIfPoor(
  chain: Chain,
  { owner, name, offer }: { owner: string; name: string; offer: Offer },
  { say }: Context,
): Promise<void> {
  const { contractDeposit, bodyByteDeposit } = chain.constants.contracts
  const deposit = contractDeposit + bodyByteDeposit * BigInt(offer.file.bytes.length)
  const needed = offer.escrow + deposit + chain.constants.existentialDeposit
  const { free } = await chain.balances.of(owner)
  if (free >= needed) return
  say(
    `note: ${name} has ${formatAmount(free)} free, and this needs ${formatAmount(needed)}: ` +
      `covenant account send ${name} "${formatAmount(needed - free)}"`,
  )
}
