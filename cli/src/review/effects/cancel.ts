import { formatAmount } from '@covenant/schema/amount'
import { z } from 'zod'
import { fields } from '../../output.ts'
import { readBody } from '../../bodies.ts'
import { type CallLike, type Effect, id, readArgs, type Scene } from '../effect.ts'
import { formatShort } from '../money.ts'

const args = z.object({ contract: id })

/** `contracts.cancel`: a contract ends, and what is left of its escrow comes back. */
export async function describeCancel(call: CallLike, scene: Scene): Promise<Effect> {
  const { contract: contractId } = readArgs(args, call)
  const { chain, at, owner } = scene
  const [contract, funds] = await Promise.all([
    chain.contracts.get(contractId, at),
    chain.contracts.funds(contractId, at),
  ])
  const spec = contract?.running ?? contract?.pending?.spec
  const body = spec && (await readBody(chain, spec.body, at))
  const due = funds?.due ?? 0n
  const name = body === undefined ? '' : ` "${body.body.name}"`
  const state = contract?.state ?? 'Closed'
  return {
    call: 'contracts.cancel',
    sentence: `ends contract ${contractId}${name}${contract === null ? '' : ` on node ${contract.node}`}`,
    sections: [
      {
        title: `Contract ${contractId}`,
        text: fields([
          ['state', state],
          ['stops', body && Object.keys(body.body.services).join(', ')],
          ['loses', contract?.running ? 'all that its services have written' : undefined],
          ['escrow', contract && formatAmount(contract.escrow)],
          ['due now', formatShort(due)],
          [
            'comes back',
            contract && `${formatShort(contract.escrow - due)}, less for each second until then`,
          ],
        ]),
      },
    ],
    facts: {
      contract: contractId,
      state,
      node: contract?.node ?? null,
      name: body?.body.name ?? null,
      escrow: contract?.escrow ?? null,
      due,
    },
    problems: [
      contract === null
        ? `contract ${contractId} is closed already, or was never there`
        : undefined,
      contract !== null && contract.owner !== owner
        ? `contract ${contractId} is owned by ${contract.owner}`
        : undefined,
    ].filter((problem) => problem !== undefined),
    costs: { takes: 0n, rate: -(contract?.running?.rate ?? 0n) },
    next: [
      'what is due is paid to the node, the rest of the escrow comes back',
      'the node stops the programs and removes their files',
    ],
    bodies: body === undefined || spec === undefined ? [] : [{ hash: spec.body, ...body }],
    basis: [state, contract?.version, contract?.owner],
  }
}
