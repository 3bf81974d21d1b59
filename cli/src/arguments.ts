/** What stands on the command line, read strictly. Every reader throws with what would have worked. */
import { AMOUNT_FORM, InvalidAmount, parseAmount } from '@covenant/schema/amount'
import { CPU_FORM, parseCpu, parseSize, SIZE_FORM } from '@covenant/schema/quantity'
import { InvalidArgumentError } from 'commander'

const PERMISSIONS = ['PROPOSE', 'APPROVE', 'VETO'] as const
export type PermissionWord = (typeof PERMISSIONS)[number]

/** A member as written; whose account the name is depends on the chain. */
export type MemberArgument = { name: string; weight: number; permissions: PermissionWord[] }
export type ProposalAddress = { group: number; proposal: number }

const MAX_U32 = 0xffff_ffff
const MAX_WEIGHT = 0xffff
const MAX_PORT = 65_535
const MAX_COUNT = 10_000

export function readAmount(text: string): bigint {
  try {
    return parseAmount(text)
  } catch (error) {
    if (!(error instanceof InvalidAmount)) throw error
    throw new InvalidArgumentError(AMOUNT_FORM)
  }
}

/** `90s`, `30m`, `12h` or `7d`, in seconds. */
export function readDuration(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? []
  if (count === undefined || unit === undefined) {
    throw new InvalidArgumentError('Write it as 90s, 30m, 12h or 7d.')
  }
  return Number(count) * { s: 1, m: 60, h: 3_600, d: 86_400 }[unit as 's' | 'm' | 'h' | 'd']
}

/** `500m` or `2`, in milli-cores. */
export const readCpu = quantity(parseCpu, CPU_FORM)
/** `64Mi` or `2Gi`, in MiB. */
export const readSize = quantity(parseSize, SIZE_FORM)

function quantity(parse: (text: string) => number | undefined, form: string) {
  return (text: string): number => {
    const amount = parse(text)
    if (amount === undefined) throw new InvalidArgumentError(`${form}.`)
    return amount
  }
}

export function readId(text: string): number {
  const id = readWhole(text, Number.MAX_SAFE_INTEGER)
  if (id === undefined) throw new InvalidArgumentError('An id is a whole number, as in 7.')
  return id
}

/** Gathers `--node ID`, given once for each. */
export function readNodes(text: string, before: number[] = []): number[] {
  const node = readId(text)
  if (before.includes(node)) throw new InvalidArgumentError('This node is named twice.')
  return [...before, node]
}

/** `3`, or `group:3` as files and flags have it. */
export function readGroup(text: string): number {
  const id = readWhole(text.replace(/^group:/, ''), MAX_U32)
  if (id === undefined) throw new InvalidArgumentError('A group is named by its id: 3, or group:3.')
  return id
}

export function readThreshold(text: string): number {
  const weight = readWhole(text, MAX_U32)
  if (weight === undefined || weight === 0) {
    throw new InvalidArgumentError('A threshold is the weight that must approve: 1 or more.')
  }
  return weight
}

export function readCount(text: string): number {
  const count = readWhole(text, MAX_COUNT)
  if (count === undefined || count === 0) {
    throw new InvalidArgumentError(`Write a number from 1 to ${MAX_COUNT}.`)
  }
  return count
}

export function readPort(text: string): number {
  const port = readWhole(text, MAX_PORT)
  if (port === undefined) throw new InvalidArgumentError(`A port is a number up to ${MAX_PORT}.`)
  return port
}

/** `GROUP/PROPOSAL`, as in `3/0`. */
export function readProposalAddress(text: string): ProposalAddress {
  const [group = '', proposal = '', ...rest] = text.split('/')
  const address = {
    group: readWhole(group.replace(/^group:/, ''), MAX_U32),
    proposal: readWhole(proposal, MAX_U32),
  }
  if (rest.length > 0 || address.group === undefined || address.proposal === undefined) {
    throw new InvalidArgumentError('A proposal is named GROUP/PROPOSAL, as in 3/0.')
  }
  return { group: address.group, proposal: address.proposal }
}

/** Gathers `--member NAME:WEIGHT[:propose+approve+veto]`. */
export function readMember(text: string, before: MemberArgument[] = []): MemberArgument[] {
  const form = 'Write NAME:WEIGHT, as in //Alice:50, or NAME:WEIGHT:propose+approve+veto.'
  const match = /^((?:group:)?[^:]+):(\d+)(?::([a-z+]+))?$/.exec(text)
  const [, name = '', weightText = '', permissionText = 'propose+approve'] = match ?? []
  const weight = readWhole(weightText, MAX_WEIGHT)
  if (match === null || weight === undefined || weight === 0) {
    throw new InvalidArgumentError(`${form} A weight is 1 to ${MAX_WEIGHT}.`)
  }
  const words = permissionText.toUpperCase().split('+')
  const permissions = PERMISSIONS.filter((word) => words.includes(word))
  if (permissions.length !== words.length) throw new InvalidArgumentError(form)
  return [...before, { name, weight, permissions }]
}

const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

export function readShell(text: string): Shell {
  const shell = SHELLS.find((shell) => shell === text)
  if (shell !== undefined) return shell
  throw new InvalidArgumentError('Scripts are for bash, zsh and fish.')
}

export function readEndpoint(text: string): string {
  if (isUrl(text, ['ws:', 'wss:'])) return text
  throw new InvalidArgumentError('A chain is named by ws:// or wss://, as in ws://127.0.0.1:9944.')
}

export function readApiUrl(text: string): string {
  if (isUrl(text, ['http:', 'https:'])) return text.replace(/\/+$/, '').replace(/\/graphql$/, '')
  throw new InvalidArgumentError(
    'An API is named by http:// or https://, as in http://127.0.0.1:4000.',
  )
}

function isUrl(text: string, protocols: string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol)
}

/** Decimal digits only: no sign, no exponent, no leading zero. */
function readWhole(text: string, max: number): number | undefined {
  if (!/^(?:0|[1-9]\d{0,15})$/.test(text)) return undefined
  const value = Number(text)
  return value <= max ? value : undefined
}
