import { load } from './load.ts'

export const { compactToU8a, hexToU8a } = load('@polkadot/util') as typeof import('@polkadot/util')
