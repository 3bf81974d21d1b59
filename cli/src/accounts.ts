import {
  type Account,
  type Chain,
  groupAccount,
  publicKeyOf,
  signerFromUri,
} from '@covenant/chain-client'
import { usageError } from './errors.ts'
import { addressOfKey, developmentSigner, isDevelopmentKey } from './keys.ts'

/**
 * What people write for an account that is to get money or rights: an address, `//Alice` on a
 * development chain, `group:3`.
 */
export function accountOf(name: string, chain: Chain): Account {
  return isDevelopmentKey(name) ? developmentSigner(name, chain).address : addressNamed(name)
}

/** The same for an account that is only looked for, on whatever chain. */
export function addressNamed(name: string): Account {
  if (isDevelopmentKey(name)) return signerFromUri(name).address
  const group = /^group:(0|[1-9]\d{0,9})$/.exec(name)?.[1]
  if (group !== undefined) return groupAccount(Number(group))
  if (name.startsWith('group:')) throw usageError(`${name} is no group: write it as in group:3`)
  publicKeyOf(name, 'account')
  return name
}

/** Who asks: the account that `--member` names, else the one whose `--key` it is. */
export function memberOf({
  member,
  key,
}: {
  member?: string | undefined
  key?: string | undefined
}): Account {
  const account = member === undefined ? addressOfKey(key) : addressNamed(member)
  if (account !== undefined) return account
  throw usageError('For whom? Add --member ACCOUNT, or --key')
}
