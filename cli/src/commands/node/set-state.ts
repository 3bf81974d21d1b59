import { carryOut } from '../../carry-out.ts'
import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { CliError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { getOwnNode, type OwnNodeOptions } from './own.ts'

export type SetStateOptions = OwnNodeOptions & { state: 'Active' | 'Draining' | 'Retired' }

/** Has a node of one's own take offers, take none, or end for good. */
export async function setNodeState(options: SetStateOptions, context: Context): Promise<Report> {
  const { node: id, state } = options
  return withChain(options.chain, async (chain) => {
    const signer = await loadSigner(options.key, chain, context)
    const node = await getOwnNode(chain, signer, options)
    if (node.state === state) throw new CliError(`Node ${id} is ${state} already`)
    if (node.state === 'Retired') {
      throw new CliError(`Node ${id} is Retired, which is for good: register a new one`)
    }
    const act = {
      ...options,
      call: chain.calls.nodes.setState({ node: id, state }),
      what: `Node ${id} has ${node.contracts} open contracts and is ${node.state}; then it would be ${state}: ${MEANS[state]}.`,
      question: `Make node ${id} ${state}?`,
      aim: `make node ${id} ${state}`,
    }
    return carryOut(chain, { ...act, signer, context }, ({ blockHeight }, landed) => ({
      data: { node: id, state, ...landed },
      text: `Node ${id} is ${state} in block ${blockHeight}: ${MEANS[state]}.${next(id, state)}`,
    }))
  })
}

const MEANS = {
  Active: 'it takes new offers',
  Draining: 'it takes no new offers, and what runs there goes on',
  Retired: 'it earns nothing more, for good, and anyone may close its contracts',
} as const

function next(id: number, state: SetStateOptions['state']): string {
  if (state === 'Active') return ''
  if (state === 'Draining') return `\nNext, to undo it: covenant node resume ${id}`
  return `\nNext, once its contracts are closed: covenant node remove ${id}`
}
