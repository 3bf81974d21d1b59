import { type ActOptions, actorOf, carryOut } from '../../carry-out.ts'
import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { CliError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { getOpenContract, requireOwnedBy } from './open.ts'

export type WithdrawUpdateOptions = ActOptions & { contract: number }

/** Takes back an update that the node has yet to answer; what runs goes on. */
export async function withdrawUpdate(
  options: WithdrawUpdateOptions,
  context: Context,
): Promise<Report> {
  return withChain(options.chain, async (chain) => {
    const signer = await loadSigner(options.key, chain, context)
    const contract = await getOpenContract(chain, options.contract)
    const { id, running, pending } = contract
    await requireOwnedBy(chain, contract, {
      actor: actorOf(chain, signer, options),
      command: `covenant contract withdraw-update ${id}`,
    })
    if (running === null || pending === null) {
      const help = running === null ? `; to take back the offer: covenant cancel ${id}` : ''
      throw new CliError(`Contract ${id} has no update that its node has yet to answer${help}`)
    }
    const { version } = pending.spec
    const act = {
      ...options,
      call: chain.calls.contracts.withdrawUpdate({ contract: id }),
      what: `Version ${version} of contract ${id} would be taken back; version ${running.version} goes on.`,
      question: `Take back version ${version}?`,
      aim: `take back version ${version} of contract ${id}`,
    }
    return carryOut(chain, { ...act, signer, context }, ({ blockHeight }, landed) => ({
      data: { contract: id, version, ...landed },
      text: `Version ${version} of contract ${id} is taken back in block ${blockHeight}; version ${running.version} goes on.`,
    }))
  })
}
