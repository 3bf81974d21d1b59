import { formatAmount } from '@covenant/schema/amount'
import { z } from 'zod'
import { fields } from '../../output.ts'
import { type CallLike, type Effect, id, readArgs, type Scene, units } from '../effect.ts'
import { formatShort, lastsFor } from '../money.ts'

const args = z.object({ contract: id, amount: units })

/** `contracts.topUp`: more escrow for a contract, whoever owns it. */
export async function describeTopUp(call: CallLike, scene: Scene): Promise<Effect> {
  const { contract: contractId, amount } = readArgs(args, call)
  const { chain, at, owner } = scene
  const [contract, { free }] = await Promise.all([
    chain.contracts.get(contractId, at),
    chain.balances.of(owner, at),
  ])
  const rate = (contract?.running ?? contract?.pending?.spec)?.rate ?? 0n
  const leaves = free - amount
  const isPoor = leaves < chain.constants.existentialDeposit
  const isOthers = contract !== null && contract.owner !== owner
  const escrow = (contract?.escrow ?? 0n) + amount
  const resumes = contract?.state === 'Suspended'
  return {
    call: 'contracts.topUp',
    sentence: `adds ${formatAmount(amount)} to the escrow of contract ${contractId}${isOthers ? ', which another owns' : ''}`,
    sections: [
      {
        title: 'Money',
        text: fields([
          ['amount', formatAmount(amount)],
          ['escrow', contract && `${formatShort(escrow)}, lasts ${lastsFor(escrow, rate)}`],
          [
            'owner',
            isOthers ? `${contract.owner}, to whom what is left goes in the end` : undefined,
          ],
          ['leaves', leaves < 0n ? undefined : `${formatShort(leaves)} free`],
        ]),
      },
    ],
    facts: { contract: contractId, amount, escrow, leaves, owner: contract?.owner ?? null },
    problems: [
      contract === null ? `contract ${contractId} is closed, or was never there` : undefined,
      isPoor ? `the owner has ${formatAmount(free)} free, too little for it` : undefined,
    ].filter((problem) => problem !== undefined),
    costs: { takes: amount, rate: 0n },
    next: [
      `${formatAmount(amount)} is held as escrow; what is not used comes back to the contract's owner`,
      ...(resumes ? ['the contract was suspended, and runs again'] : []),
    ],
    bodies: [],
    basis: [contract?.state, contract?.owner, isPoor],
  }
}
