import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { formatAmount } from '@covenant/schema/amount'
import { CliError } from '../../errors.ts'
import { toJson } from '../../output.ts'
import { checkBooks, type Reading } from './books.ts'
import { createSession, type Session } from './session.ts'

const EXAMPLE = join(import.meta.dirname, '../../../../examples/hello.yaml')
const [FIRST, SECOND, THIRD] = ['//Alice', '//Bob', '//Charlie'] as const
const GREETING = 'hello from covenant'

export type DemoOptions = {
  /** The stack's folder: its image layout, and where the demo keeps its copy of the example. */
  data: string
  /** The folder of the agent that is to run it. @default the stack's */
  agentData?: string
  /** The node that is to run it. */
  node: number
  chain: string
  api: string
  json: boolean
}

type Landed = { block: { height: number }; fee: string }
type Vote = Landed & {
  address: string
  closed: string | null
  approved: number
  threshold: number
  missing: number
  offers: { contract: number }[]
  ended: { contract: number; refund: string }[]
}
type Proposed = Vote & { bodyHash: string; escrow: string }

/**
 * Plays the whole story by `covenant` commands, against a stack that runs already. Any difference
 * from what should happen ends it with an error.
 */
export async function demo(options: DemoOptions): Promise<void> {
  const { data, agentData = data, node, json } = options
  // The commands find chain and API as a user's would: by the environment.
  process.env['COVENANT_CHAIN'] = options.chain
  process.env['COVENANT_API'] = options.api
  const print = (line: string) => process[json ? 'stderr' : 'stdout'].write(`${line}\n`)
  const session = createSession(print)
  const { step, tell, run } = session
  const fees: Record<string, bigint> = {}
  const charge = (who: string, { fee }: Landed) => {
    fees[who] = (fees[who] ?? 0n) + BigInt(fee)
  }

  step('Is everything there?')
  await requireHealth(session, agentData)
  const { operator } = await run<{ operator: string }>('node', 'show', String(node))
  tell(`node ${node} is operated by ${operator}`)

  step("Pack an image from this machine's programs")
  const layout = join(data, 'images')
  const { reference } = await run<{ reference: string }>(
    ...['image', 'pack', '--name', 'hello', '--out', layout, '/bin/sh', '/bin/sleep'],
  )
  tell(reference)
  const file = pinImage(join(data, 'demo'), reference)
  tell(`pinned into ${relative('', file)}, a copy of examples/hello.yaml`)

  step('Three members form a group: 50, 30 and 20, of whom 51 decide')
  const before = await readAccounts(session, [FIRST, SECOND, THIRD, operator])
  const group = await run<Landed & { group: number; account: string }>(
    ...['group', 'create', 'demo', '--member', `${FIRST}:50`, '--member', `${SECOND}:30`],
    ...['--member', `${THIRD}:20`, '--deploy-threshold', '51', '--fund', '20 COV'],
    ...['--key', FIRST],
  )
  charge(FIRST, group)
  const groupName = `group:${group.group}`
  tell(`block ${group.block.height}: group ${group.group}, account ${group.account}`)
  const initial = (await readAccounts(session, [groupName])).accounts[0]!.total
  await run('node', 'allow', groupName, '--data', agentData)
  tell(`the operator of node ${node} accepts contracts of group ${group.group}`)

  step('The member with 20 proposes the deployment')
  const proposed = await run<Proposed>(
    ...['propose', String(group.group), file, '--node', String(node), '--escrow', '1 COV'],
    ...['--key', THIRD],
  )
  charge(THIRD, proposed)
  tell(`block ${proposed.block.height}: proposal ${proposed.address}, body ${proposed.bodyHash}`)
  expectOpen(session, proposed, 20)

  step('The vote of 30 is not enough')
  const notEnough = await vote(session, proposed.address, SECOND)
  charge(SECOND, notEnough)
  expectOpen(session, notEnough, 50)

  step('The vote of 50 is, and creates the contract in that very extrinsic')
  const enough = await vote(session, proposed.address, FIRST)
  charge(FIRST, enough)
  const contract = enough.offers[0]?.contract
  if (enough.closed !== 'Executed' || contract === undefined) {
    throw new CliError(
      `the vote of 50 did not execute the proposal: it is ${enough.closed ?? 'open'}`,
    )
  }
  tell(
    `block ${enough.block.height}: ${enough.approved} of ${enough.threshold}, contract ${contract}`,
  )

  step('The agent fetches the image by digest, accepts, and runs the program')
  const running = await run<{ state: string; height: number }>(
    ...['contract', 'show', String(contract), '--wait', 'running', '--timeout', '120s'],
  )
  tell(`block ${running.height}: contract ${contract} is ${running.state}`)
  const { log } = await run<{ log: string }>(
    ...['contract', 'logs', String(contract), '--wait-for', GREETING, '--data', agentData],
  )
  for (const line of log.trimEnd().split('\n')) tell(`│ ${line}`)

  step('The group cancels, by consensus again')
  const cancel = await run<Vote>(...['cancel', String(contract), '--as', groupName, '--key', THIRD])
  charge(THIRD, cancel)
  tell(`block ${cancel.block.height}: proposal ${cancel.address}`)
  expectOpen(session, cancel, 20)
  const ending = await vote(session, cancel.address, SECOND)
  charge(SECOND, ending)
  expectOpen(session, ending, 50)
  const ended = await vote(session, cancel.address, FIRST)
  charge(FIRST, ended)
  const [closed] = ended.ended
  if (closed?.contract !== contract) {
    throw new CliError(`the vote of 50 did not end contract ${contract}`)
  }
  const paid = BigInt(proposed.escrow) - BigInt(closed.refund)
  tell(
    `block ${ended.block.height}: contract ${contract} is closed; the node was paid ` +
      `${formatAmount(paid)}, ${formatAmount(BigInt(closed.refund))} came back`,
  )
  await run('contract', 'show', String(contract), '--wait', 'closed')
  await run('contract', 'logs', String(contract), '--wait-stopped', '--data', agentData)
  tell('the program has stopped')

  step('The accounts add up to the last unit')
  const after = await readAccounts(session, [FIRST, SECOND, THIRD, operator, groupName])
  const differences = checkBooks({
    before,
    after,
    fees,
    group: { name: groupName, creator: FIRST, initial: BigInt(initial) },
    operator,
    paid,
  })
  if (differences.length > 0) {
    throw new CliError(`the accounts do not add up:\n  ${differences.join('\n  ')}`)
  }
  const burned = Object.values(fees).reduce((sum, fee) => sum + fee, 0n)
  tell(`they do: ${formatAmount(burned)} went into fees, ${formatAmount(paid)} to the node`)
  if (json) process.stdout.write(toJson({ group: group.group, contract, paid, fees: burned }))
}

type Check = { name: string; ok: boolean; detail: string; help?: string }

/** @throws CliError with all that is missing and the one command that helps, each */
async function requireHealth({ ask, tell }: Session, data: string): Promise<void> {
  const { checks } = await ask<{ checks: Check[] }>('doctor', '--data', data)
  const wrong = checks.filter(({ ok }) => !ok)
  if (wrong.length > 0) {
    const lines = wrong.map(
      ({ name, detail, help }) =>
        `${name}: ${detail}` + (help === undefined ? '' : `\n    what helps: ${help}`),
    )
    throw new CliError(`the story cannot be played here:\n  ${lines.join('\n  ')}`)
  }
  tell(`${checks.length} checks, all well`)
}

/** A copy of the example with this very image. */
function pinImage(folder: string, reference: string): string {
  const file = join(folder, 'hello.yaml')
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, readFileSync(EXAMPLE, 'utf8').replace(/^(\s*image:).*$/m, `$1 ${reference}`))
  return file
}

function readAccounts({ run }: Session, names: string[]): Promise<Reading> {
  return run<Reading>('account', 'show', ...names)
}

function vote({ run }: Session, address: string, key: string): Promise<Vote> {
  return run<Vote>('approve', address, '--yes', '--key', key)
}

function expectOpen(
  { tell }: Session,
  { closed, approved, threshold, block }: Vote,
  weight: number,
) {
  if (closed !== null || approved !== weight) {
    throw new CliError(
      `${weight} of ${threshold} should have left the proposal open; it has ${approved} and is ${closed ?? 'open'}`,
    )
  }
  tell(`block ${block.height}: ${approved} of ${threshold}, nothing happens yet`)
}
