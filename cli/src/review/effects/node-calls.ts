/** What an operator's calls do: register, update, rotate the agent of, and remove a node. */
import type { Attribute, Node, Prices } from '@covenant/chain-client'
import { formatAmount } from '@covenant/schema/amount'
import { z } from 'zod'
import { fields } from '../../output.ts'
import { type CallLike, type Effect, id, readArgs, type Scene, units } from '../effect.ts'
import { compareTerms, showTerms } from '../node-terms.ts'

const terms = {
  resources: z.object({ cpu: id, memory: id, storage: id, gpus: id, publicIpv4: id }),
  prices: z.object({
    ...{ cpu: units, memory: units, storage: units, gpu: units, publicIpv4: units },
  }) satisfies z.ZodType<Prices>,
  region: z.string(),
  attributes: z.array(z.object({ key: z.string(), value: z.string() })) satisfies z.ZodType<
    Attribute[]
  >,
}

const registering = z.object({
  ...{ agent: z.string(), sealingKey: z.string(), endpoint: z.string() },
  ...terms,
})

/** `nodes.register`: a machine offers capacity, and whoever makes the call is paid for it. */
export async function describeRegister(call: CallLike, scene: Scene): Promise<Effect> {
  const asked = readArgs(registering, call)
  const { chain, at, owner } = scene
  const [{ free }, served] = await Promise.all([
    chain.balances.of(owner, at),
    chain.nodes.byAgent(asked.agent, at),
  ])
  const { nodeDeposit } = chain.constants.nodes
  return {
    call: 'nodes.register',
    sentence: `registers a node that it operates, to be served by ${asked.agent}`,
    sections: [{ title: 'What it offers', text: showTerms(compareTerms(null, asked)) }],
    facts: asked,
    problems: [
      served === null ? undefined : `this agent serves node ${served.id} already`,
      free - nodeDeposit < chain.constants.existentialDeposit
        ? `the owner has ${formatAmount(free)} free, too little for the deposit of ${formatAmount(nodeDeposit)}`
        : undefined,
    ].filter((problem) => problem !== undefined),
    costs: { takes: nodeDeposit, rate: 0n },
    next: [
      `a deposit of ${formatAmount(nodeDeposit)} is held until the node is removed`,
      'the node takes offers once that agent serves it; the group is paid for what it runs',
    ],
    bodies: [],
    basis: [served?.id, free < nodeDeposit],
  }
}

const updating = z.object({ node: id, ...terms })

/** `nodes.update`: other capacity or prices, for contracts that are made from then on. */
export async function describeNodeUpdate(call: CallLike, scene: Scene): Promise<Effect> {
  const asked = readArgs(updating, call)
  const node = await scene.chain.nodes.get(asked.node, scene.at)
  const changes = compareTerms(node && { ...node, resources: node.total }, asked)
  const kinds = ['cpu', 'memory', 'storage', 'gpus', 'publicIpv4'] as const
  const below = kinds.filter((kind) => node !== null && asked.resources[kind] < node.reserved[kind])
  return {
    bodies: [],
    call: 'nodes.update',
    sentence: `changes what node ${asked.node} offers, and for how much (${changes.length} changes)`,
    sections: [{ title: 'Changes', text: showTerms(changes) }],
    facts: { ...asked, changes },
    problems: [
      ...notOperated(asked.node, node, scene),
      ...(below.length === 0
        ? []
        : [`node ${asked.node} has more ${below.join(' and ')} reserved than that`]),
    ],
    next: ['new contracts get the new prices; those that run keep theirs'],
    basis: [node?.operator, changes, below],
  }
}

const rotating = z.object({ node: id, agent: z.string(), sealingKey: z.string() })

/** `nodes.rotateAgent`: another machine, or another key of it, is to act for the node. */
export async function describeRotate(call: CallLike, scene: Scene): Promise<Effect> {
  const asked = readArgs(rotating, call)
  const [node, served] = await Promise.all([
    scene.chain.nodes.get(asked.node, scene.at),
    scene.chain.nodes.byAgent(asked.agent, scene.at),
  ])
  const now = node?.namedAgent ?? node?.agent ?? null
  return {
    bodies: [],
    call: 'nodes.rotateAgent',
    sentence: `has node ${asked.node} served by the agent ${asked.agent}`,
    sections: [
      {
        title: `Node ${asked.node}`,
        text: fields([
          ['agent', node?.agent ?? 'none has served yet'],
          ['then', now === asked.agent ? 'the same' : asked.agent],
          ['sealing key', node?.sealing.key === asked.sealingKey ? 'the same' : asked.sealingKey],
          ['contracts', node?.contracts],
        ]),
      },
    ],
    facts: { ...asked, before: now },
    problems: [
      ...notOperated(asked.node, node, scene),
      ...(served !== null && served.id !== asked.node
        ? [`this agent serves node ${served.id} already`]
        : []),
    ],
    next: [
      'the agent that serves now goes on until the new one serves',
      'from then on the new one alone accepts, reports and is known as the node',
    ],
    basis: [node?.operator, node?.agent, node?.namedAgent, served?.id],
  }
}

const removing = z.object({ node: id })

/** `nodes.remove`: the node is taken off the chain. */
export async function describeRemove(call: CallLike, scene: Scene): Promise<Effect> {
  const { node: nodeId } = readArgs(removing, call)
  const node = await scene.chain.nodes.get(nodeId, scene.at)
  return {
    bodies: [],
    call: 'nodes.remove',
    sentence: `takes node ${nodeId} off the chain, for good`,
    sections: [
      {
        title: `Node ${nodeId}`,
        text: fields([
          ['state', node?.state],
          ['contracts', node?.contracts],
          ['deposit', node && formatAmount(node.deposit)],
        ]),
      },
    ],
    facts: { node: nodeId, contracts: node?.contracts ?? null },
    problems: [
      ...notOperated(nodeId, node, scene),
      ...(node !== null && node.contracts > 0
        ? [`node ${nodeId} has ${node.contracts} contracts that are not closed: the chain refuses`]
        : []),
    ],
    next: [
      `its deposit${node === null ? '' : ` of ${formatAmount(node.deposit)}`} comes back`,
      'its agent can serve no node any more',
    ],
    basis: [node?.operator, node?.contracts],
  }
}

function notOperated(nodeId: number, node: Node | null, { owner }: Scene): string[] {
  if (node === null) return [`there is no node ${nodeId}`]
  return node.operator === owner ? [] : [`node ${nodeId} is operated by ${node.operator}`]
}
