import type { Account, Chain, Contract } from '@covenant/chain-client'
import { CliError, usageError } from '../../errors.ts'
import { EXIT } from '../../exit-codes.ts'

/** @throws CliError with code 4 where the contract is closed, 2 where it never was */
export async function getOpenContract(chain: Chain, id: number): Promise<Contract> {
  const { hash: at } = await chain.finalizedHead()
  const contract = await chain.contracts.get(id, at)
  if (contract !== null) return contract
  if (id > 0 && id < (await chain.contracts.nextId(at))) {
    throw new CliError(`Contract ${id} is closed already`, EXIT.rejected)
  }
  throw usageError(`There is no contract ${id}; "covenant contract list" shows them`)
}

/** @throws CliError that says whose it is, and how that owner would be asked */
export async function requireOwnedBy(
  chain: Chain,
  { id, owner }: Contract,
  { actor, command }: { actor: Account; command: string },
): Promise<void> {
  if (owner === actor) return
  const group = await chain.groups.byAccount(owner)
  const help =
    group === null ? `sign with the key of ${owner}` : `propose it: ${command} --as group:${group}`
  throw new CliError(`Contract ${id} is not owned by ${actor}; ${help}`)
}
