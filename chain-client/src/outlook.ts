import type { Registry } from '@polkadot/types/types'
import * as z from 'zod'
import { describeFailure } from './dispatch-error.ts'
import { isVariant, type Variant } from './plain.ts'
import { outcome } from './pallets/groups.ts'
import { read, u32 } from './shape.ts'
import type { DispatchFailure, Outlook } from './types.ts'

const variant = z.custom<Variant>(isVariant, 'it is no variant')

const rehearsed = z.discriminatedUnion('success', [
  z.strictObject({
    success: z.literal(true),
    value: z.strictObject({
      closes: z.array(z.strictObject({ group: u32, proposal: u32, outcome })),
    }),
  }),
  z.strictObject({ success: z.literal(false), value: variant }),
])

type Source = { registry: Registry; method: string }

/** What the runtime said of a call that it made and undid. */
export function readOutlook(answer: unknown, { registry, method }: Source): Outlook {
  const { success, value } = read(rehearsed, answer, method)
  if (success) return { ok: true, closes: value.closes }
  return { ok: false, error: refusalOf(value, registry) }
}

/** Why a call does not even get as far as failing. */
const WORDS: Record<string, string> = {
  OtherVersion: "These bytes are of another version of the runtime's calls. Connect anew.",
  NoCall: 'These bytes are not a call.',
  TooLarge: 'It does not fit into any block. Make it smaller, or several of it.',
}

/** Of the runtime's own errors, which have no documentation, those that people meet. */
const RUNTIME_WORDS: Record<string, string> = {
  BadOrigin: 'This account may not make this call.',
  'Arithmetic(Underflow)': 'The account has too little money for it.',
  'Token(FundsUnavailable)': 'The account has too little money for it.',
  'Token(NotExpendable)': 'The account would not keep what an account has to keep.',
  'Token(BelowMinimum)': 'The account that it goes to would have less than an account has to have.',
}

function refusalOf(refusal: Variant, registry: Registry): DispatchFailure {
  if (refusal.type !== 'Failed') {
    return { pallet: null, name: refusal.type, docs: WORDS[refusal.type] ?? '' }
  }
  const failure = describeFailure(refusal.value, (pallet, name) =>
    errorDocs(registry, pallet, name),
  )
  return failure.pallet === null ? { ...failure, docs: RUNTIME_WORDS[failure.name] ?? '' } : failure
}

function errorDocs({ metadata, lookup }: Registry, pallet: string, error: string): string[] {
  const errors = metadata.pallets.find(({ name }) => name.toString() === pallet)?.errors
  if (!errors?.isSome) return []
  const { variants } = lookup.getSiType(errors.unwrap().type).def.asVariant
  return (variants.find(({ name }) => name.toString() === error)?.docs ?? []).map(String)
}
