import { z } from 'zod'
import { fields } from '../../output.ts'
import { type CallLike, type Effect, id, readArgs, type Scene } from '../effect.ts'

const args = z.object({ node: id, state: z.enum(['Active', 'Draining', 'Retired']) })

const MEANS = {
  Active: 'takes new offers',
  Draining: 'takes no new offers; what runs there goes on',
  Retired: 'ends for good: it earns nothing more, and anyone may close its contracts',
} as const

/** `nodes.setState`: whether a node takes offers, or ends. */
export async function describeSetState(call: CallLike, scene: Scene): Promise<Effect> {
  const { node: nodeId, state } = readArgs(args, call)
  const { chain, at, owner } = scene
  const node = await chain.nodes.get(nodeId, at)
  return {
    call: 'nodes.setState',
    sentence: `makes node ${nodeId} ${state}: it ${MEANS[state]}`,
    sections: [
      {
        title: `Node ${nodeId}`,
        text: fields([
          ['now', node?.state],
          ['then', state],
          ['contracts', node?.contracts],
        ]),
      },
    ],
    facts: { node: nodeId, state, before: node?.state ?? null, contracts: node?.contracts ?? null },
    problems: [
      node === null ? `there is no node ${nodeId}` : undefined,
      node !== null && node.operator !== owner
        ? `node ${nodeId} is operated by ${node.operator}`
        : undefined,
      node?.state === state ? `node ${nodeId} is ${state} already` : undefined,
      node?.state === 'Retired' && state !== 'Retired'
        ? `node ${nodeId} is Retired, which is for good`
        : undefined,
    ].filter((problem) => problem !== undefined),
    next: [`the node ${MEANS[state]}`],
    bodies: [],
    basis: [node?.state, node?.operator, node?.contracts],
  }
}
