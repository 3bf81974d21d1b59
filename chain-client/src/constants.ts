import type { ApiPromise } from '@polkadot/api'
import * as z from 'zod'
import { fromCodec } from './codec.ts'
import { WrongRuntime } from './errors.ts'
import { amount, read, u32, u64 } from './shape.ts'
import type { Constants } from './types.ts'

/** A bound or a period, of whatever width the pallet gives it. */
const whole = z.union([u32, u64])

/** Throws `WrongRuntime` naming the constant that the runtime lacks. */
export function readConstants(api: ApiPromise): Constants {
  const one = <Schema extends z.ZodType>(schema: Schema, pallet: string, name: string) => {
    const value = api.consts[pallet]?.[name]
    if (value !== undefined) return read(schema, fromCodec(value), `constant ${pallet}.${name}`)
    throw new WrongRuntime(`The runtime has no constant ${pallet}.${name}`, {
      remedy: 'This program and the chain have to be of the same release.',
    })
  }
  const number = (pallet: string, name: string) => one(whole, pallet, name)
  const sum = (pallet: string, name: string) => one(amount, pallet, name)
  return {
    existentialDeposit: sum('balances', 'existentialDeposit'),
    groups: {
      maxMembers: number('groups', 'maxMembers'),
      maxName: number('groups', 'maxName'),
      maxCallLen: number('groups', 'maxCallLen'),
      maxVoteDepth: number('groups', 'maxVoteDepth'),
      maxProposalLifetime: number('groups', 'maxProposalLifetime'),
      maxOpenProposals: number('groups', 'maxOpenProposals'),
      groupDeposit: sum('groups', 'groupDeposit'),
      proposalDeposit: sum('groups', 'proposalDeposit'),
      proposalByteDeposit: sum('groups', 'proposalByteDeposit'),
    },
    nodes: {
      heartbeatPeriod: number('nodes', 'heartbeatPeriod'),
      window: number('nodes', 'window'),
      nodeDeposit: sum('nodes', 'nodeDeposit'),
    },
    contracts: {
      maxBodyLen: number('contracts', 'maxBodyLen'),
      maxDeadline: number('contracts', 'maxDeadline'),
      settlePeriod: number('contracts', 'settlePeriod'),
      suspensionGrace: number('contracts', 'suspensionGrace'),
      reportPeriod: number('contracts', 'reportPeriod'),
      tombstonePeriod: number('contracts', 'tombstonePeriod'),
      contractDeposit: sum('contracts', 'contractDeposit'),
      bodyDeposit: sum('contracts', 'bodyDeposit'),
      bodyByteDeposit: sum('contracts', 'bodyByteDeposit'),
      tombstoneDeposit: sum('contracts', 'tombstoneDeposit'),
    },
  }
}
