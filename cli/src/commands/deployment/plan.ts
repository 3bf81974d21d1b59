import { readFile } from 'node:fs/promises'
import type { DeploymentFile } from '@covenant/schema/deployment'
import { formatAmount } from '@covenant/schema/amount'
import { addressNamed } from '../../accounts.ts'
import { withChain } from '../../chain.ts'
import type { Report } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { EXIT } from '../../exit-codes.ts'
import { addressOfKey } from '../../keys.ts'
import { type OfferOptions, placesOf, readDeploymentFile, termsOf } from '../../offers.ts'
import { savePlan } from '../../plan/file.ts'
import { makePlan, type Plan } from '../../plan/make.ts'
import { planData, showPlan } from '../../plan/show.ts'

export type PlanOptions = OfferOptions & {
  file: string
  /** `group:ID` or an address. @default the file's, else whose key it is */
  owner?: string
  member?: string
  /** Where the plan is kept. */
  out?: string
  /** Ends with code 3 where there is something to do. */
  exitCode: boolean
  key?: string
  chain: string
}

/** Says what a deployment file would change of what runs; changes nothing. */
export async function plan(options: PlanOptions): Promise<Report> {
  const file = await readDeploymentFile(options.file)
  placesOf(file, options.node)
  return withChain(options.chain, async (chain) => {
    const viewer =
      options.member === undefined ? addressOfKey(options.key) : addressNamed(options.member)
    const owner = ownerOf(file, { flag: options.owner, own: addressOfKey(options.key) })
    const made = await makePlan(chain, {
      ...(await termsOf(chain, file, options)),
      ...{ file, owner, viewer },
    })
    const isNeeded = made.calls.offer !== null
    if (options.out !== undefined && isNeeded) {
      const source = { name: options.file, text: await readFile(options.file, 'utf8') }
      await savePlan(options.out, { plan: made, source, chain })
    }
    return {
      data: planData(made),
      text: showPlan(made, nextOf(made, options)),
      exitCode: options.exitCode && isNeeded ? EXIT.changes : EXIT.ok,
    }
  })
}

/** Whose it is to be, as file and flags agree. @throws CliError where they do not, or none says it */
export function ownerOf(
  { deployment, problem }: DeploymentFile,
  { flag, own }: { flag: string | undefined; own: string | undefined },
): string {
  const written =
    deployment.owner === undefined
      ? undefined
      : deployment.owner.type === 'group'
        ? addressNamed(`group:${deployment.owner.id}`)
        : deployment.owner.address
  const named = flag === undefined ? undefined : addressNamed(flag)
  if (named !== undefined && written !== undefined && named !== written) {
    throw usageError(problem(['owner'], `is another than --owner ${flag}`).message)
  }
  const owner = named ?? written ?? own
  if (owner !== undefined) return owner
  throw usageError(
    'Who is to own it? Add --owner group:ID or an address, or owner: to the file, or --key',
  )
}

/** With the flags of this plan, so that the next one is of the same. */
function nextOf({ group }: Plan, options: PlanOptions): string {
  const { out, file, node = [], owner, escrow, maxRate, key } = options
  const verb = group === null ? 'apply' : 'propose'
  if (out !== undefined) return `covenant ${verb} ${out}`
  const flags = [
    ...node.map((id) => `--node ${id}`),
    ...(owner === undefined ? [] : [`--owner ${owner}`]),
    ...(escrow === undefined ? [] : [`--escrow "${formatAmount(escrow)}"`]),
    ...(maxRate === undefined ? [] : [`--max-rate "${formatAmount(maxRate)}"`]),
    ...(key === undefined ? [] : [`--key ${key}`]),
  ]
  return `covenant plan ${[file, ...flags].join(' ')} -o plan.json, then covenant ${verb} plan.json`
}
