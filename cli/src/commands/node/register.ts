import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { send, withChain } from '../../chain.ts'
import { requireConsent } from '../../confirm.ts'
import type { Context, Report } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { showResources } from '../../bodies.ts'
import { prepareNode } from './prepare.ts'

export type RegisterOptions = {
  data: string
  region: string
  endpoint: string
  yes: boolean
  key?: string
  chain: string
}

/** Registers the node that the agent of a folder on this machine is to serve. */
export async function registerNode(
  { data, region, endpoint, yes, key, chain: address }: RegisterOptions,
  context: Context,
): Promise<Report> {
  if (!existsSync(join(data, 'seed'))) {
    throw usageError(`${data} is no agent's folder: covenant node init --data ${data}`)
  }
  const { agent, sealingKey, resources, prices, attributes } = await prepareNode(data)
  return withChain(address, async (chain) => {
    const served = await chain.nodes.byAgent(agent)
    if (served) throw new CliError(`Node ${served.id} is served by this agent already`)
    const signer = await loadSigner(key, chain, context)
    const what = `${signer.address} would register a node that offers ${showResources(resources)}, served by ${agent}.`
    await requireConsent(context, { what, question: 'Register it?', yes })
    const call = chain.calls.nodes.register({
      ...{ agent, sealingKey, resources, prices, attributes, region, endpoint },
    })
    const outcome = await send(chain, { call, signer, context })
    const registered = outcome.events.find((event) => event.type === 'nodes.NodeRegistered')
    const node = registered?.data.node
    const { blockHeight: height, blockHash: hash, extrinsicHash, fee } = outcome
    return {
      data: { node, agent, operator: signer.address, block: { height, hash }, extrinsicHash, fee },
      text: `Node ${node} is registered in block ${height}. Next: covenant node run --data ${data}`,
    }
  })
}
