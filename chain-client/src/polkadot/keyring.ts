import { load } from './load.ts'

export const { Keyring } = load('@polkadot/keyring') as typeof import('@polkadot/keyring')
