import { load } from './load.ts'

export const { ApiPromise, Keyring, WsProvider } = load(
  '@polkadot/api',
) as typeof import('@polkadot/api')
export type ApiPromise = InstanceType<typeof ApiPromise>
export type WsProvider = InstanceType<typeof WsProvider>
