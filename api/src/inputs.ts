import { badInput } from './errors.ts'
import { AMOUNT_FORM, InvalidAmount, parseAmount } from '@covenant/schema/amount'
import { isDigest } from '@covenant/schema/image'
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

/** An amount: a whole number of the smallest unit, or as people write it. Throws what would have worked. */
export function parseUnits(name: string, text: string): bigint {
  try {
    return parseAmount(/^\d{1,39}$/.test(text) ? `${BigInt(text)} units` : text)
  } catch (error) {
    if (!(error instanceof InvalidAmount)) throw error
    throw badInput(
      `\`${name}\` is ${quote(text)}, which is no amount: send the smallest units as "1000", or ${AMOUNT_FORM}.`,
    )
  }
}

/** An image's digest, alone or as the end of its whole reference. Throws what would have worked. */
export function parseDigest(name: string, text: string): string {
  const digest = text.slice(text.indexOf('@') + 1)
  if (isDigest(digest)) return digest
  throw badInput(
    `\`${name}\` is ${quote(text)}, which names no image: send its digest, sha256: and 64 lower-case hex digits.`,
  )
}

/** What was sent, short enough to stand in a message. */
function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
