import { z } from 'zod'
import { readBody } from '../../bodies.ts'
import { fields, formatTime } from '../../output.ts'
import { type CallLike, type Effect, id, readArgs, type Scene } from '../effect.ts'

const args = z.object({ contract: id })

/** `contracts.withdrawUpdate`: what is offered beside what runs is taken back. */
export async function describeWithdrawUpdate(call: CallLike, scene: Scene): Promise<Effect> {
  const { contract: contractId } = readArgs(args, call)
  const { chain, at, owner } = scene
  const contract = await chain.contracts.get(contractId, at)
  const update = contract?.running ? contract.pending : null
  const body = update && (await readBody(chain, update.spec.body, at))
  const version = update?.spec.version ?? null
  return {
    call: 'contracts.withdrawUpdate',
    sentence: `takes back the update of contract ${contractId}, and what runs goes on as it is`,
    sections: [
      {
        title: 'The update',
        text: fields([
          ['version', version ?? 'none'],
          ['name', body?.body.name],
          ['body', update?.spec.body],
          ['answer by', update ? formatTime(update.deadline) : undefined],
        ]),
      },
    ],
    facts: { contract: contractId, version },
    problems: [
      contract === null ? `contract ${contractId} is closed, or was never there` : undefined,
      contract !== null && contract.owner !== owner
        ? `contract ${contractId} is owned by ${contract.owner}`
        : undefined,
      contract !== null && update === null
        ? `contract ${contractId} has no update that its node has yet to answer`
        : undefined,
    ].filter((problem) => problem !== undefined),
    next: [`version ${version ?? '—'} can no longer be accepted, and its deposit comes back`],
    bodies: body && update ? [{ hash: update.spec.body, ...body }] : [],
    basis: [version, contract?.owner],
  }
}
