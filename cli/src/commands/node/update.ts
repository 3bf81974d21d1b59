import type { Node, Resources } from '@covenant/chain-client'
import { carryOut } from '../../carry-out.ts'
import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { compareTerms, showTerms } from '../../review/node-terms.ts'
import { getOwnNode, type OwnNodeOptions } from './own.ts'
import { prepareNode } from './prepare.ts'

export type UpdateNodeOptions = OwnNodeOptions & {
  /** The agent's folder: what the machine has now, and its attributes. */
  data?: string
  region?: string
  cpu?: number
  memory?: number
  disk?: number
  cpuPrice?: bigint
  memoryPrice?: bigint
  diskPrice?: bigint
}

/** Changes what a node of one's own offers, and asks for new contracts; what is not named stays. */
export async function updateNode(options: UpdateNodeOptions, context: Context): Promise<Report> {
  const { node: id } = options
  return withChain(options.chain, async (chain) => {
    const signer = await loadSigner(options.key, chain, context)
    const node = await getOwnNode(chain, signer, options)
    const terms = await termsOf(node, options)
    const changes = compareTerms({ ...node, resources: node.total }, terms)
    if (changes.length === 0) {
      throw usageError(
        `Nothing would change of node ${id}: name what should, as in --cpu-price, or --data FOLDER for what the machine has now`,
      )
    }
    const act = {
      ...options,
      call: chain.calls.nodes.update({ node: id, ...terms }),
      what: `Of node ${id} would change, for contracts that are made from then on:\n${showTerms(changes)}`,
      question: `Change node ${id}?`,
      aim: `change what node ${id} offers`,
    }
    return carryOut(chain, { ...act, signer, context }, ({ blockHeight }, landed) => ({
      data: { node: id, changes, ...landed },
      text: `Node ${id} is changed in block ${blockHeight}.\n${showTerms(changes)}`,
    }))
  })
}

async function termsOf(node: Node, options: UpdateNodeOptions) {
  const { data, region, cpu, memory, disk, cpuPrice, memoryPrice, diskPrice } = options
  const { prices } = node
  const machine = data === undefined ? undefined : await prepareNode(data)
  const has: Resources = machine?.resources ?? node.total
  return {
    resources: {
      ...has,
      cpu: cpu ?? has.cpu,
      memory: memory ?? has.memory,
      storage: disk ?? has.storage,
    },
    prices: {
      ...prices,
      cpu: cpuPrice ?? prices.cpu,
      memory: memoryPrice ?? prices.memory,
      storage: diskPrice ?? prices.storage,
    },
    region: region ?? node.region,
    attributes: machine?.attributes ?? node.attributes,
  }
}
