import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { carryOut } from '../../carry-out.ts'
import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { getOwnNode, type OwnNodeOptions } from './own.ts'
import { prepareNode } from './prepare.ts'

export type RotateOptions = OwnNodeOptions & { data: string }

/** Names the agent of a folder on this machine for a node; it takes over once it serves. */
export async function rotateAgent(options: RotateOptions, context: Context): Promise<Report> {
  const { node: id, data } = options
  if (!existsSync(join(data, 'seed'))) {
    throw usageError(`${data} is no agent's folder: covenant node init --data ${data}`)
  }
  const { agent, sealingKey } = await prepareNode(data)
  return withChain(options.chain, async (chain) => {
    const signer = await loadSigner(options.key, chain, context)
    const node = await getOwnNode(chain, signer, options)
    const serves = (node.namedAgent ?? node.agent) === agent
    if (serves && node.sealing.key === sealingKey) {
      throw new CliError(`Node ${id} has this agent and this sealing key already`)
    }
    const other = await chain.nodes.byAgent(agent)
    if (other !== null && other.id !== id) {
      throw new CliError(`The agent of ${data} serves node ${other.id}: an agent serves one node`)
    }
    const act = {
      ...options,
      call: chain.calls.nodes.rotateAgent({ node: id, agent, sealingKey }),
      what: `Node ${id} would be served by ${agent}, in the place of ${node.agent ?? 'nobody'}, as soon as that agent serves it; until then nothing changes.`,
      question: `Name this agent for node ${id}?`,
      aim: `have node ${id} served by ${agent}`,
    }
    return carryOut(chain, { ...act, signer, context }, ({ blockHeight }, landed) => ({
      data: { node: id, agent, ...landed },
      text: `Node ${id} names ${agent} in block ${blockHeight}. Next, on its machine: covenant node run --data ${data}`,
    }))
  })
}
