import * as z from 'zod'
import { publicKeyOf } from '../address.ts'
import { palletName } from '../plain.ts'
import type { Reader } from '../reader.ts'
import { account, amount, read } from '../shape.ts'
import type { Chain } from '../types.ts'

/** Of the account the runtime keeps more than concerns money. */
const accountInfo = z.object({ data: z.object({ free: amount, reserved: amount }) })

/** A reason is a pallet and that pallet's own word. */
const holds = z.array(
  z.strictObject({
    id: z.strictObject({
      type: z.string(),
      value: z.strictObject({ type: z.string(), value: z.null() }),
    }),
    amount,
  }),
)

export const balancesReads = ({ item, snapshot }: Reader): Chain['balances'] => ({
  async of(account, at) {
    publicKeyOf(account)
    const hash = await snapshot(at)
    const [info, held] = await Promise.all([
      item(hash, 'system', 'account', account),
      item(hash, 'balances', 'holds', account),
    ])
    const { data } = read(accountInfo, info, `system.Account(${account})`)
    return {
      ...data,
      held: read(holds, held, `balances.Holds(${account})`).map(({ id, amount }) => ({
        reason: `${palletName(id.type)}.${id.value.type}`,
        amount,
      })),
    }
  },
  totalIssuance: async (at) =>
    read(amount, await item(at, 'balances', 'totalIssuance'), 'balances.TotalIssuance'),
})

export const balancesCalls = {
  transferKeepAlive: z.codec(
    z.strictObject({
      dest: z.strictObject({ type: z.literal('Id'), value: z.string() }),
      value: z.bigint(),
    }),
    z.strictObject({ to: account, amount }),
    {
      decode: ({ dest, value }) => ({ to: dest.value, amount: value }),
      encode: ({ to, amount }) => ({ dest: { type: 'Id' as const, value: to }, value: amount }),
    },
  ),
}
