/**
 * The chain in plain values. Outside the chain an account is an SS58 string (prefix 42), a hash or
 * any bytes a 0x-lowercase string, an amount a `bigint` of the smallest unit (10^-18 COV), an id a
 * `number`, a time a `number` of chain seconds, a name, region or endpoint text.
 */
export type * from './types/base.ts'
export type * from './types/groups.ts'
export type * from './types/nodes.ts'
export type * from './types/contracts.ts'
export type * from './types/balances.ts'
export type * from './types/events.ts'
export type * from './types/blocks.ts'
export type * from './types/calls.ts'
export type * from './types/submitting.ts'
export type * from './types/chain.ts'
