import type { Chain, Node } from '@covenant/chain-client'
import { send, withChain } from '../../chain.ts'
import { requireConsent } from '../../confirm.ts'
import type { Context, Report } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'

export type OwnNodeOptions = { node: number; yes: boolean; key?: string; chain: string }
export type SetStateOptions = OwnNodeOptions & { state: 'Active' | 'Draining' | 'Retired' }

/** Has a node of one's own take offers, take none, or end for good. */
export async function setNodeState(
  { node: id, state, yes, key, chain: endpoint }: SetStateOptions,
  context: Context,
): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    const signer = await loadSigner(key, chain, context)
    const node = await getOwnNode(chain, id, signer.address)
    if (node.state === state) throw new CliError(`Node ${id} is ${state} already`)
    if (node.state === 'Retired') {
      throw new CliError(`Node ${id} is Retired, which is for good: register a new one`)
    }
    const what = `Node ${id} has ${node.contracts} open contracts and is ${node.state}; then it would be ${state}: ${MEANS[state]}.`
    await requireConsent(context, { what, question: `Make node ${id} ${state}?`, yes })
    const call = chain.calls.nodes.setState({ node: id, state })
    const {
      blockHeight: height,
      blockHash: hash,
      ...outcome
    } = await send(chain, {
      ...{ call, signer, context },
    })
    const { extrinsicHash, fee } = outcome
    return {
      data: { node: id, state, block: { height, hash }, extrinsicHash, fee },
      text: `Node ${id} is ${state} in block ${height}: ${MEANS[state]}.${next(id, state)}`,
    }
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

/** @throws CliError where there is no such node, or another operates it */
export async function getOwnNode(chain: Chain, id: number, account: string): Promise<Node> {
  const node = await chain.nodes.get(id)
  if (node === null) {
    throw usageError(`There is no node ${id} on this chain; "covenant node list" shows them`)
  }
  if (node.operator === account) return node
  throw new CliError(`Node ${id} is operated by ${node.operator}: sign with its key`)
}
