import { bodyResources } from '@covenant/schema'
import { z } from 'zod'
import { readBody, showServices } from '../../bodies.ts'
import { fields, formatDistance, formatRate, formatTime } from '../../output.ts'
import { type Change, compareBodies } from '@covenant/schema/body-changes'
import { type CallLike, type Effect, id, readArgs, type Scene, units } from '../effect.ts'
import { formatShort, perMonth } from '../money.ts'
import { nodeBasis, nodeFacts, nodeProblems, nodeWithout, shrinkProblems } from '../node-facts.ts'
import { showChanges } from '../show-changes.ts'

const args = z.object({
  contract: id,
  base: id,
  body: z.string(),
  resources: z.object({ cpu: id, memory: id, storage: id, gpus: id, publicIpv4: id }),
  maxRate: units,
  deadline: id,
})

/** `contracts.update`: the node is offered another body in the place of what runs. */
export async function describeUpdate(call: CallLike, scene: Scene): Promise<Effect> {
  const asked = readArgs(args, call)
  const { chain, at, now, owner } = scene
  const contract = await chain.contracts.get(asked.contract, at)
  const before = contract?.running ?? contract?.pending?.spec
  const [node, body, present] = await Promise.all([
    contract && chain.nodes.get(contract.node, at),
    readBody(chain, asked.body, at),
    before && readBody(chain, before.body, at),
  ])
  const { resources } = asked
  const facts = node
    ? nodeFacts(nodeWithout(node, contract), { resources, body: body?.body, now, chain })
    : null
  const changes = body === undefined ? [] : compareBodies(present?.body ?? null, body.body)
  const name = body === undefined ? '' : ` "${body.body.name}"`
  const takes = chain.constants.contracts.bodyByteDeposit * BigInt(body?.bytes ?? 0)
  const replaced = contract?.pending ?? null
  const needed = body && bodyResources(body.body)
  const short = (['cpu', 'memory', 'storage'] as const).filter(
    (kind) => needed !== undefined && needed[kind] > asked.resources[kind],
  )
  return {
    call: 'contracts.update',
    sentence: `updates contract ${asked.contract}${name} (${countOf(changes)})`,
    sections: [
      { title: 'Changes from what it has now', text: showChanges(changes) || 'none' },
      {
        title: 'What runs then',
        text: body === undefined ? '' : showServices(body.body),
      },
      {
        title: 'Money',
        text: fields([
          ['now', before && perMonth(before.rate)],
          ['then', facts === null ? undefined : perMonth(facts.rate)],
          ['limit', `${perMonth(asked.maxRate)}; above it the chain refuses`],
          ['escrow', contract && `${formatShort(contract.escrow)}, which stays`],
          ['answer by', `${formatTime(asked.deadline)} (${formatDistance(asked.deadline, now)})`],
        ]),
      },
    ],
    facts: {
      ...asked,
      bodyHash: asked.body,
      body: body?.body ?? null,
      changes,
      node: facts,
      rateNow: before?.rate ?? null,
      replaces: replaced?.spec.version ?? null,
    },
    problems: [
      contract === null ? `contract ${asked.contract} is closed, or was never there` : undefined,
      contract !== null && contract.owner !== owner
        ? `contract ${asked.contract} is owned by ${contract.owner}`
        : undefined,
      contract !== null && contract.version !== asked.base
        ? `it was made after version ${asked.base} of contract ${asked.contract}, which has come to ${contract.version} since: make it anew (covenant update)`
        : undefined,
      contract?.state === 'Suspended'
        ? `contract ${asked.contract} is suspended, and the chain refuses updates to it: top it up first`
        : undefined,
      body === undefined
        ? 'the body is not on the chain: nobody can read what would run'
        : undefined,
      short.length === 0
        ? undefined
        : `the body asks for more ${short.join(' and ').replace('storage', 'disk')} than the contract reserves: the node will decline`,
      facts !== null && facts.rate > asked.maxRate
        ? `node ${facts.id} now costs ${formatRate(facts.rate)}, above the limit of ${formatRate(asked.maxRate)}`
        : undefined,
      now > asked.deadline
        ? `the node had to answer until ${formatTime(asked.deadline)}`
        : undefined,
      ...(body === undefined ? [] : shrinkProblems(present?.body ?? null, body.body)),
      ...(facts === null ? [] : nodeProblems(facts)),
    ].filter((problem) => problem !== undefined),
    costs: { takes, rate: (facts?.rate ?? 0n) - (before?.rate ?? 0n) },
    next: [
      replaced === null
        ? 'the new version is offered to the node'
        : `the new version is offered to the node, in the place of version ${replaced.spec.version}, which it has not answered`,
      ...(contract?.running
        ? [
            'what runs goes on, and is paid for, until the node accepts; if it declines, nothing changes',
          ]
        : []),
      `unanswered until ${formatTime(asked.deadline)}, the offer can no longer be accepted`,
    ],
    bodies: body === undefined ? [] : [{ hash: asked.body, ...body }],
    basis: {
      body: body !== undefined,
      contract: contract && [contract.version, contract.state, contract.owner, before?.body],
      node: facts && nodeBasis(facts),
    },
  }
}

function countOf(changes: readonly Change[]): string {
  const loud = new Set(
    changes.flatMap(({ marks }) =>
      marks.filter((mark) => mark === 'WIDER ACCESS' || mark === 'data lost'),
    ),
  )
  const count = `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}`
  return [count, ...loud].join(', ')
}
