import type { Chain, Node } from '@covenant/chain-client'
import { type ActOptions, actorOf } from '../../carry-out.ts'
import { CliError, usageError } from '../../errors.ts'
import type { Signer } from '@covenant/chain-client'

export type OwnNodeOptions = ActOptions & { node: number }

/** @throws CliError where there is no such node, or another than the signer, or `--as`, operates it */
export async function getOwnNode(
  chain: Chain,
  signer: Signer,
  options: OwnNodeOptions,
): Promise<Node> {
  const { node: id } = options
  const node = await chain.nodes.get(id)
  if (node === null) {
    throw usageError(`There is no node ${id} on this chain; "covenant node list" shows them`)
  }
  if (node.operator === actorOf(chain, signer, options)) return node
  const group = await chain.groups.byAccount(node.operator)
  const help =
    group === null ? 'sign with its key' : `propose it to that group: --as group:${group}`
  throw new CliError(`Node ${id} is operated by ${node.operator}: ${help}`)
}
