import type { Chain, Group } from '@covenant/chain-client'
import { usageError } from './errors.ts'

/** @throws CliError where there is no such group */
export async function getGroup(chain: Chain, id: number, at?: string): Promise<Group> {
  const group = await chain.groups.get(id, at)
  if (group !== null) return group
  throw usageError(
    `There is no group ${id} on this chain; "covenant group create" makes one and prints its id`,
  )
}
