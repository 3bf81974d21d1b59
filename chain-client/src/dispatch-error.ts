import * as z from 'zod'
import { isVariant, palletName, type Variant } from './plain.ts'
import { read } from './shape.ts'
import type { DispatchFailure } from './types.ts'

const variant = z.custom<Variant>(isVariant, 'it is no variant')
const moduleError = z.object({ type: z.string(), value: variant })

/**
 * A `DispatchError` by name: a pallet's own error with its documentation, by `docsOf` its pallet (as
 * the metadata has it) and name, or one of the runtime's, `BadOrigin` or with what it is about,
 * `Token(FundsUnavailable)`.
 */
export function describeFailure(
  error: unknown,
  docsOf: (pallet: string, name: string) => readonly string[],
): DispatchFailure {
  const { type, value } = read(variant, error, 'DispatchError')
  if (type !== 'Module') {
    return { pallet: null, name: isVariant(value) ? `${type}(${value.type})` : type, docs: '' }
  }
  const module = read(moduleError, value, 'DispatchError')
  const { type: name } = module.value
  const docs = docsOf(module.type, name).join(' ').trim()
  return { pallet: palletName(module.type), name, docs }
}
