import { quoted } from '../../visible.ts'
import type { Call, Chain, Group, Member, Signer, Thresholds } from '@covenant/chain-client'
import { formatAmount } from '@covenant/schema/amount'
import type { DeploymentFile } from '@covenant/schema/deployment'
import type { MemberArgument } from '../../arguments.ts'
import { type Landed, send, withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { type OfferOptions, placesOf, readDeploymentFile, termsOf } from '../../offers.ts'
import { fields, paragraphs } from '../../output.ts'
import { requireAccepted } from '../../plan/file.ts'
import { makePlan, type Plan } from '../../plan/make.ts'
import { getGroup } from '../../proposals.ts'
import { readProposed } from '../../propose-call.ts'
import { eventsOf } from '../../votes.ts'
import { reportProposed } from '../proposal/report.ts'
import { showMembers } from './members.ts'
import { membersOf, requireReachable, weightOf } from './thresholds.ts'

export type CreateGroupOptions = OfferOptions & {
  name: string
  member: MemberArgument[]
  deployThreshold: number
  cancelThreshold?: number
  spendThreshold?: number
  governThreshold?: number
  fund?: bigint
  /** A deployment file as the first proposal. */
  propose?: string
  key?: string
  chain: string
}

/**
 * Creates a group, with its first proposal in the same transaction. Money follows in a transaction
 * of its own: only once the group is there is it certain whose account it is sent to.
 */
export async function createGroup(options: CreateGroupOptions, context: Context): Promise<Report> {
  const file = options.propose === undefined ? undefined : await readFirst(options.propose, options)
  return withChain(options.chain, async (chain) => {
    const signer = await loadSigner(options.key, chain, context)
    const members = membersOf(options.member, chain)
    const thresholds = thresholdsOf(options, members)
    await requireMoney(chain, signer, options.fund ?? 0n)
    if (file !== undefined) requireFirstToWait(members, thresholds, signer)

    const plan = file && (await planFirst(chain, file, options))
    const call = createCall(chain, { name: options.name, members, thresholds, plan })
    const created = await send(chain, { call, signer, context })
    const [event] = eventsOf(created.events, 'groups.GroupCreated')
    if (event === undefined) throw new CliError('The chain announced no group')
    const group = await getGroup(chain, event.group, created.blockHash)
    const funded = await fund(chain, { group, amount: options.fund, signer, context })
    const proposed =
      plan && reportProposed(readProposed(created, group, requireAccepted(plan)), plan)
    return report({ group, created, fund: options.fund, funded, proposed })
  })
}

async function readFirst(path: string, { node }: CreateGroupOptions): Promise<DeploymentFile> {
  const file = await readDeploymentFile(path)
  if (file.deployment.owner !== undefined) {
    const what = 'the group is only now created, and will own it: remove this line'
    throw usageError(file.problem(['owner'], what).message)
  }
  placesOf(file, node)
  return file
}

/** For an owner that is not there yet, and so has nothing on the chain. */
async function planFirst(
  chain: Chain,
  file: DeploymentFile,
  options: CreateGroupOptions,
): Promise<Plan> {
  const terms = await termsOf(chain, file, options)
  const owner = chain.groups.accountOf(await chain.groups.nextId())
  const plan = await makePlan(chain, { ...terms, file, owner, viewer: undefined })
  requireAccepted(plan)
  return plan
}

function thresholdsOf(options: CreateGroupOptions, members: Member[]): Thresholds {
  const deploy = options.deployThreshold
  const cancel = options.cancelThreshold ?? deploy
  const spend = options.spendThreshold ?? deploy
  const govern = options.governThreshold ?? Math.max(deploy, cancel, spend)
  const thresholds = { deploy, cancel, spend, govern }
  requireReachable(thresholds, members)
  return thresholds
}

/** So that the group is not created first and found to be unpayable then. */
async function requireMoney(chain: Chain, { address }: Signer, amount: bigint): Promise<void> {
  const { existentialDeposit, groups } = chain.constants
  // The group's own account takes one existential deposit, the signer's keeps another.
  const needed = amount + groups.groupDeposit + 2n * existentialDeposit
  const { free } = await chain.balances.of(address)
  if (free >= needed) return
  throw new CliError(
    `${address} has ${formatAmount(free)} free, and this needs ${formatAmount(needed)} and the fees`,
  )
}

/** A first proposal that its creator alone decides would be executed before the group has money. */
function requireFirstToWait(members: Member[], { deploy }: Thresholds, { address }: Signer): void {
  if (weightOf(members, address) < deploy) return
  throw usageError(
    `--propose: ${address} alone reaches the deploy threshold, so it would be executed before the group has money; create and fund the group first, then "covenant propose"`,
  )
}

type CreateCall = {
  name: string
  members: Member[]
  thresholds: Thresholds
  plan: Plan | undefined
}

function createCall({ calls }: Chain, { name, members, thresholds, plan }: CreateCall): Call {
  if (plan === undefined) return calls.groups.createGroup({ name, members, thresholds })
  const first = { call: requireAccepted(plan), expires: plan.input.expires }
  const create = calls.groups.createGroup({ name, members, thresholds, first })
  return calls.utility.batchAll({ calls: [plan.calls.note, create] })
}

type Fund = { group: Group; amount: bigint | undefined; signer: Signer; context: Context }

async function fund(
  chain: Chain,
  { group, amount, signer, context }: Fund,
): Promise<Landed | undefined> {
  if (amount === undefined) return undefined
  const call = chain.calls.balances.transferKeepAlive({ to: group.account, amount })
  try {
    return await send(chain, { call, signer, context })
  } catch (error) {
    const { message } = error as Error
    throw new CliError(
      `Group ${group.id} is created, but not funded: ${message} Then: covenant account send group:${group.id} "${formatAmount(amount)}"`,
      error instanceof CliError ? error.exitCode : undefined,
      { cause: error },
    )
  }
}

type Created = {
  group: Group
  created: Landed
  fund: bigint | undefined
  funded: Landed | undefined
  proposed: Report | undefined
}

function report({ group, created, fund, funded, proposed }: Created): Report {
  const block = ({ blockHeight: height, blockHash: hash }: Landed) => ({ height, hash })
  const next = `Next: covenant init, then covenant propose ${group.id} deployment.yaml --node 1`
  return {
    data: {
      group: group.id,
      account: group.account,
      name: group.name,
      members: group.members,
      thresholds: group.thresholds,
      block: block(created),
      fee: created.fee + (funded?.fee ?? 0n),
      fund: fund ?? null,
      fundedInBlock: funded === undefined ? null : block(funded),
      proposal: proposed?.data ?? null,
    },
    text: paragraphs(
      `Group ${group.id} ${quoted(group.name)} is created in block ${created.blockHeight}.`,
      fields([
        ['account', group.account],
        ['funded', funded && fund && `${formatAmount(fund)} in block ${funded.blockHeight}`],
      ]),
      showMembers(group),
      proposed?.text ?? next,
    ),
  }
}
