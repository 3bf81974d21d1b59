import { load } from './load.ts'

export const {
  bool,
  BTreeMap,
  BTreeSet,
  Compact,
  Enum,
  GenericAccountId,
  GenericCall,
  Option,
  Raw,
  Result,
  rpcDefinitions,
  Struct,
  Text,
  Tuple,
  TypeRegistry,
  U8aFixed,
  UInt,
  Vec,
  VecFixed,
} = load('@polkadot/types') as typeof import('@polkadot/types')
export type GenericCall = InstanceType<typeof GenericCall>
