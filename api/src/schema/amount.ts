import { formatAmount } from '@covenant/schema/amount'
import { builder } from '../builder.ts'
import type { Context } from '../context.ts'

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never
type Fields<Row> = PothosSchemaTypes.ObjectFieldBuilder<Types, Row>

const denomination = builder.enumType('Denomination', {
  description: 'How an amount is written.',
  values: {
    UNIT: { description: 'A whole number of the smallest unit.' },
    COV: { description: 'In COV, for people, as in "12.5 COV".' },
  } as const,
})

const denominationArg = { type: denomination, defaultValue: 'UNIT', required: true } as const

type AmountOptions = { description?: string; extensions?: Record<string, unknown> }

/** A field that holds an amount: the caller chooses how it is written. */
export function amountField<Row>(
  t: Fields<Row>,
  amountOf: (row: Row, context: Context) => string | Promise<string>,
  options: AmountOptions = {},
) {
  return t.field({
    ...options,
    type: 'Amount',
    args: { in: t.arg(denominationArg) },
    resolve: (row, args, context) => {
      const units = amountOf(row, context)
      return typeof units === 'string'
        ? write(units, args.in)
        : units.then((units) => write(units, args.in))
    },
  })
}

/** An amount that is there only at times. */
export function optionalAmountField<Row>(
  t: Fields<Row>,
  amountOf: (row: Row) => string | null,
  options: AmountOptions = {},
) {
  return t.field({
    ...options,
    type: 'Amount',
    nullable: true,
    args: { in: t.arg(denominationArg) },
    resolve: (row, args) => {
      const units = amountOf(row)
      return units === null ? null : write(units, args.in)
    },
  })
}

function write(units: string, denomination: 'UNIT' | 'COV'): string {
  return denomination === 'COV' ? formatAmount(BigInt(units)) : units
}
