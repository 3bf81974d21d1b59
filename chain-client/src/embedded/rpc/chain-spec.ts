import type { Methods, Node } from './method.ts'
import { CHAIN_NAME, CHAIN_PROPERTIES } from './system.ts'

export function chainSpecMethods({ chain }: Node): Methods {
  return {
    chainSpec_v1_chainName: () => CHAIN_NAME,
    chainSpec_v1_genesisHash: () => chain.genesisHash,
    chainSpec_v1_properties: () => CHAIN_PROPERTIES,
  }
}
