import { badInput } from './errors.ts'
import { decodeAccount, encodeAccount } from '@covenant/schema/ss58'

/** An id as the chain counts them. Throws what would have worked. */
export function parseId(name: string, id: string): number {
  const number = /^\d{1,16}$/.test(id) ? Number(id) : Number.NaN
  if (Number.isSafeInteger(number)) return number
  throw badInput(`\`${name}\` is ${quote(id)}, which is no id: ids are whole numbers such as "7".`)
}

/** An address in the one spelling that rows have; any SS58 prefix and 0x public keys are understood. */
export function parseAddress(name: string, address: string): string {
  const publicKey = decodeAccount(address)
  if (publicKey) return encodeAccount(publicKey)
  throw badInput(
    `\`${name}\` is ${quote(address)}, which is no account: ` +
      'send an SS58 address such as "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY".',
  )
}

/** A text to compare with. Postgres holds no NUL in a text, so nothing could ever equal it. */
export function parseText(name: string, text: string): string {
  if (!text.includes('\0')) return text
  throw badInput(`\`${name}\` contains a NUL character, which no text here does.`)
}

/** What was sent, short enough to stand in a message. */
function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
