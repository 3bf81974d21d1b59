/** Plans as files: what was planned, from which deployment file, and what it was planned upon. */
import { readFile, writeFile } from 'node:fs/promises'
import type { Call, Chain } from '@covenant/chain-client'
import { type DeploymentFile, readDeployment } from '@covenant/schema/deployment'
import { InvalidFile } from '@covenant/schema/yaml-document'
import { z } from 'zod'
import { CliError, usageError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { toJson } from '../output.ts'
import { basisOf, makePlan, type Plan } from './make.ts'

const amount = z.string().regex(/^\d+$/).transform(BigInt)
const savedPlan = z.strictObject({
  apiVersion: z.literal('covenant/v1'),
  kind: z.literal('Plan'),
  genesisHash: z.string(),
  /** The deployment file as it was, so that a later change of it changes nothing here. */
  file: z.strictObject({ name: z.string(), text: z.string() }),
  nodes: z.array(z.int()),
  owner: z.string(),
  escrow: amount,
  maxRate: amount,
  expires: z.int(),
  deadline: z.int(),
  callHash: z.string(),
  basis: z.record(z.string(), z.json()),
})
export type SavedPlan = z.infer<typeof savedPlan>

export type Source = { name: string; text: string }

export async function savePlan(
  path: string,
  { plan, source, chain }: { plan: Plan; source: Source; chain: Chain },
) {
  const { owner, escrow, maxRate, expires, deadline } = plan.input
  const saved = {
    apiVersion: 'covenant/v1',
    kind: 'Plan',
    genesisHash: chain.genesisHash,
    file: source,
    // Those that were chosen stay so.
    nodes: plan.parts.map(({ node }) => node),
    ...{ owner, escrow, maxRate, expires, deadline },
    callHash: plan.calls.offer?.hash,
    basis: basisOf(plan),
  }
  try {
    await writeFile(path, toJson(saved))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new CliError(`${path} cannot be written (${code})`, undefined, { cause: error })
  }
}

/** @throws CliError where the file is no plan */
export async function readPlan(path: string): Promise<SavedPlan> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is no JSON' : 'it cannot be read'
    throw usageError(
      `${path}: ${why}; give a plan that "covenant plan FILE -o OUT" wrote, or GROUP and FILE`,
      { cause: error },
    )
  }
  const read = savedPlan.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw usageError(
    `${path} is no plan of this version (${issue?.path.join('.')}: ${issue?.message}): plan again`,
  )
}

function readSource(path: string, { name, text }: Source): DeploymentFile {
  try {
    return readDeployment(text, name)
  } catch (error) {
    if (!(error instanceof InvalidFile)) throw error
    throw usageError(`${path} holds another deployment file than it was made of: plan again`, {
      cause: error,
    })
  }
}

/**
 * Plans again from the saved deployment file. @throws CliError with code 5 where anything that the
 * plan was made upon has moved
 */
export async function planAgain(
  chain: Chain,
  path: string,
  { saved, viewer }: { saved: SavedPlan; viewer: string | undefined },
): Promise<Plan> {
  const stale = (what: string) =>
    new CliError(
      `${path} is out of date: ${what}. Plan again: covenant plan ${saved.file.name}`,
      EXIT.stale,
    )
  if (saved.genesisHash !== chain.genesisHash) {
    throw stale(`it was made on the chain ${saved.genesisHash}, and this is ${chain.genesisHash}`)
  }
  const { nodes, owner, escrow, maxRate, expires, deadline } = saved
  const file = readSource(path, saved.file)
  const plan = await makePlan(chain, {
    ...{ file, places: { named: nodes }, owner, escrow, maxRate, expires, deadline },
    viewer,
  })
  const moved = movedSince(plan, saved.basis)
  if (moved.length > 0) throw stale(`${moved.join(', ')} changed since it was made`)
  if (plan.block.now > deadline || plan.block.now > expires) throw stale('its time is over')
  if (plan.calls.offer?.hash !== saved.callHash) throw stale('it would be another call')
  requireAccepted(plan)
  return plan
}

type Basis = Record<string, unknown>

/** What a plan is made upon, as a file keeps it. */
export const keptBasis = (plan: Plan): Basis => JSON.parse(toJson(basisOf(plan)))

/** What of that has moved by the time of another plan of the same, by name. */
export function movedSince(plan: Plan, basis: Basis): string[] {
  const now = keptBasis(plan)
  return Object.keys(now).filter(
    (part) => JSON.stringify(now[part]) !== JSON.stringify(basis[part]),
  )
}

/** @throws CliError where there is nothing to do, or the chain would refuse it now */
export function requireAccepted({ refusals, calls, parts }: Plan): Call {
  if (refusals.length > 0) throw new CliError(`The chain would refuse it: ${refusals.join('; ')}`)
  if (calls.offer !== null) return calls.offer
  const these = parts.map(({ contract, node }) => `contract ${contract?.id} on node ${node}`)
  throw new CliError(`Nothing to do: ${these.join(' and ')} has this very body`)
}
