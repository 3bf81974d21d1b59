import type { DispatchFailure } from '@covenant/chain-client'

/** Why a call would not be carried out now, in the chain's words. */
export function showFailure({ pallet, name, docs }: DispatchFailure): string {
  const full = pallet === null ? name : `${pallet}.${name}`
  return `as things stand it would fail: ${docs === '' ? full : `${docs} (${full})`}`
}
