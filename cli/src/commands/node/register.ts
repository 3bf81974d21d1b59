import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type ActOptions, actorOf, carryOut } from '../../carry-out.ts'
import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { showResources } from '../../bodies.ts'
import { eventsOf } from '../../votes.ts'
import { prepareNode } from './prepare.ts'

export type RegisterOptions = ActOptions & { data: string; region: string; endpoint: string }

/** Registers the node that the agent of a folder on this machine is to serve. */
export async function registerNode(options: RegisterOptions, context: Context): Promise<Report> {
  const { data, region, endpoint } = options
  if (!existsSync(join(data, 'seed'))) {
    throw usageError(`${data} is no agent's folder: covenant node init --data ${data}`)
  }
  const { agent, sealingKey, resources, prices, attributes } = await prepareNode(data)
  return withChain(options.chain, async (chain) => {
    const served = await chain.nodes.byAgent(agent)
    if (served) throw new CliError(`Node ${served.id} is served by this agent already`)
    const signer = await loadSigner(options.key, chain, context)
    const operator = actorOf(chain, signer, options)
    const act = {
      ...options,
      call: chain.calls.nodes.register({
        ...{ agent, sealingKey, resources, prices, attributes, region, endpoint },
      }),
      what: `${operator} would register a node that offers ${showResources(resources)}, served by ${agent}.`,
      question: 'Register it?',
      aim: `register a node that offers ${showResources(resources)}, served by ${agent}`,
    }
    return carryOut(chain, { ...act, signer, context }, ({ events, blockHeight }, landed) => {
      const [registered] = eventsOf(events, 'nodes.NodeRegistered')
      const node = registered?.node
      return {
        data: { node, agent, operator, ...landed },
        text: `Node ${node} is registered in block ${blockHeight}. Next: covenant node run --data ${data}`,
      }
    })
  })
}
