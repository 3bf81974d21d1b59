import type { Account, Call, Chain, Hex } from '@covenant/chain-client'
import type { Body } from '@covenant/schema'
import { z } from 'zod'
import { CliError } from '../errors.ts'

export type CallLike = Pick<Call, 'pallet' | 'name' | 'args'>

/** Where and as whom a call would run. */
export type Scene = {
  chain: Chain
  /** The block that everything is read at. */
  at: Hex
  /** Its time, in chain seconds. */
  now: number
  /** The account that makes the call, and pays. */
  owner: Account
}

/** What a call would do, told from the chain's own data at one block. */
export type Effect = {
  /** Pallet and name, as in `contracts.create`. */
  call: string
  /** Goes on from "group 3 …": `runs "hello" on node 1`. */
  sentence: string
  /** The readable parts, in their order. */
  sections: { title: string; text: string }[]
  /** The same for a program. */
  facts: Record<string, unknown>
  /** Why it would fail as things stand, or not do what it says. */
  problems: string[]
  /** What it takes of the owner's free money, and by how much what a second costs goes up; nothing where it does neither. */
  costs?: { takes: bigint; rate: bigint }
  /** What happens once it is executed, in order. */
  next: string[]
  /** Bodies that the call names and the chain has, their hashes computed here. */
  bodies: { hash: string; bytes: number; body: Body }[]
  /** What must be the same still when it is signed. */
  basis: unknown
}

export type Describe = (call: CallLike, scene: Scene) => Promise<Effect>

/** Reads a call's arguments. @throws CliError: nobody should sign what this command cannot read */
export function readArgs<T>(shape: z.ZodType<T>, { pallet, name, args }: CallLike): T {
  const read = shape.safeParse(args)
  if (read.success) return read.data
  throw new CliError(
    `This command does not know ${pallet}.${name} as this chain has it; use the release that belongs to the chain`,
  )
}

export const id = z.coerce.number()
export const units = z.coerce.bigint()
