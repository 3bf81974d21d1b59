import { oneLine } from '../../visible.ts'
import { bodyResources } from '@covenant/schema'
import type { Body } from '@covenant/schema'
import { formatAmount } from '@covenant/schema/amount'
import { z } from 'zod'
import { fields, formatDistance, formatRate, formatTime } from '../../output.ts'
import { readBody, showResources, showServices } from '../../bodies.ts'
import { type CallLike, type Effect, id, readArgs, type Scene, units } from '../effect.ts'
import { formatShort, lastsFor, perMonth } from '../money.ts'
import { nodeBasis, type NodeFacts, nodeFacts, nodeProblems, showPresence } from '../node-facts.ts'
import { readOwned } from '../owned.ts'

const args = z.object({
  node: id,
  body: z.string(),
  resources: z.object({ cpu: id, memory: id, storage: id, gpus: id, publicIpv4: id }),
  maxRate: units,
  escrow: units,
  deadline: id,
})
type Args = z.infer<typeof args>

/** `contracts.create`: a node is offered a body, for money held. */
export async function describeCreate(call: CallLike, scene: Scene): Promise<Effect> {
  const asked = readArgs(args, call)
  const { chain, at, now, owner } = scene
  const [body, node, balance, owned] = await Promise.all([
    readBody(chain, asked.body, at),
    chain.nodes.get(asked.node, at),
    chain.balances.of(owner, at),
    readOwned(scene),
  ])
  const facts =
    node === null
      ? null
      : nodeFacts(node, { resources: asked.resources, body: body?.body, now, chain })
  const { contractDeposit, bodyByteDeposit } = chain.constants.contracts
  const deposit = contractDeposit + bodyByteDeposit * BigInt(body?.bytes ?? 0)
  const leaves = balance.free - asked.escrow - deposit
  const twins = owned
    .filter(({ name }) => name === body?.body.name)
    .map(({ contract }) => contract.id)
  const known = new Set(owned.flatMap(({ images }) => images))
  const images = imagesOf(body?.body).map((image) => ({ image, isNew: !known.has(image) }))
  const name = body === undefined ? 'a body that is not on the chain' : `"${body.body.name}"`
  const beside =
    twins.length === 0 ? undefined : `contract ${twins.join(', ')}, of the same name, goes on`
  return {
    call: 'contracts.create',
    sentence: `runs ${name} on node ${asked.node}, for at most ${formatShort(asked.maxRate * 86_400n)} a day`,
    sections: [
      { title: 'What runs', text: body === undefined ? '' : showServices(body.body) },
      { title: 'Images', text: images.map(showImage).join('\n') },
      { title: 'Exposure', text: body === undefined ? '' : showExposure(body.body) },
      { title: 'Money', text: showMoney(asked, { facts, deposit, leaves }) },
      { title: `Node ${asked.node}`, text: showNode(asked, facts, now) },
      { title: 'Beside it', text: beside ?? '' },
    ],
    facts: {
      ...asked,
      bodyHash: asked.body,
      body: body?.body ?? null,
      deposit,
      leaves,
      node: facts,
      images,
      twins,
    },
    problems: problemsOf(asked, { body: body?.body, facts, leaves, scene }),
    costs: { takes: asked.escrow + deposit, rate: facts?.rate ?? 0n },
    next: [
      `${formatAmount(asked.escrow)} and a deposit of ${formatShort(deposit)} are held; the contract is Offered`,
      `node ${asked.node} accepts, and runs it, or declines, and all of it comes back`,
      `unanswered until ${formatTime(asked.deadline)}, the offer can no longer be accepted`,
    ],
    bodies: body === undefined ? [] : [{ hash: asked.body, ...body }],
    basis: {
      body: body !== undefined,
      node: facts && nodeBasis(facts),
      isPoor: leaves < chain.constants.existentialDeposit,
      twins,
    },
  }
}

type Given = { body: Body | undefined; facts: NodeFacts | null; leaves: bigint; scene: Scene }

function problemsOf(asked: Args, { body, facts, leaves, scene }: Given): string[] {
  const { now, chain } = scene
  const less = body && moreThanReserved(body, asked)
  return [
    body === undefined ? 'the body is not on the chain: nobody can read what would run' : undefined,
    less === undefined
      ? undefined
      : `the body asks for more ${less} than the contract reserves: the node will decline`,
    facts === null ? `there is no node ${asked.node}` : undefined,
    facts !== null && facts.rate > asked.maxRate
      ? `node ${asked.node} now costs ${formatRate(facts.rate)}, above the limit of ${formatRate(asked.maxRate)}`
      : undefined,
    now > asked.deadline ? `the node had to answer until ${formatTime(asked.deadline)}` : undefined,
    leaves < chain.constants.existentialDeposit
      ? `the owner has too little money: ${formatAmount(chain.constants.existentialDeposit - leaves)} more is needed`
      : undefined,
    ...(facts === null ? [] : nodeProblems(facts)),
  ].filter((problem) => problem !== undefined)
}

function moreThanReserved(body: Body, { resources }: Args): string | undefined {
  const needed = bodyResources(body)
  const kinds = (['cpu', 'memory', 'storage'] as const).filter(
    (kind) => needed[kind] > resources[kind],
  )
  return kinds.length === 0 ? undefined : kinds.join(' and ').replace('storage', 'disk')
}

function imagesOf(body: Body | undefined): string[] {
  return [...new Set(Object.values(body?.services ?? {}).map(({ image }) => image))]
}

function showImage({ image, isNew }: { image: string; isNew: boolean }): string {
  return isNew ? `${image}\n  NEW: no other open contract of this owner runs it` : image
}

/** Who reaches the services, and whom they reach. */
function showExposure({ services }: Body): string {
  const open = Object.entries(services).filter(([, { network }]) => network !== 'none')
  if (open.length === 0) return 'none: no service reaches a network, and nothing reaches a service'
  return open.map(([name, { network }]) => `${name} is on the network ${network}`).join('\n')
}

type Costs = { facts: NodeFacts | null; deposit: bigint; leaves: bigint }

function showMoney(asked: Args, { facts, deposit, leaves }: Costs): string {
  return fields([
    ['costs', facts === null ? undefined : `${perMonth(facts.rate)} at its prices now`],
    ['limit', `${perMonth(asked.maxRate)}; above it the chain refuses`],
    [
      'escrow',
      facts === null
        ? formatAmount(asked.escrow)
        : `${formatAmount(asked.escrow)}, lasts ${lastsFor(asked.escrow, facts.rate)}`,
    ],
    ['deposit', `${formatShort(deposit)}, comes back when the contract has closed`],
    ['leaves', leaves < 0n ? undefined : `${formatShort(leaves)} free`],
  ])
}

function showNode(asked: Args, facts: NodeFacts | null, now: number): string {
  if (facts === null) return 'is not on this chain'
  return fields([
    ['operator', facts.operator],
    ['record', showPresence(facts, now)],
    ['region', oneLine(facts.region) || undefined],
    ['asks for', showResources(asked.resources)],
    ['free there', showResources(facts.free)],
    ['answer by', `${formatTime(asked.deadline)} (${formatDistance(asked.deadline, now)})`],
  ])
}
