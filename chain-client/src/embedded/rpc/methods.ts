import { archiveMethods } from './archive.ts'
import { authorMethods } from './author.ts'
import { chainMethods } from './chain.ts'
import { chainHeadMethods } from './chain-head.ts'
import { chainSpecMethods } from './chain-spec.ts'
import { devMethods } from './dev.ts'
import type { Methods, Node } from './method.ts'
import { paymentMethods } from './payment.ts'
import { stateMethods } from './state.ts'
import { systemMethods } from './system.ts'
import { transactionMethods } from './transaction.ts'

/** All JSON-RPC methods: Substrate's own, and those of the newer JSON-RPC specification. */
export function createMethods(node: Node, { dev = false }: { dev?: boolean } = {}): Methods {
  const methods: Methods = {
    ...authorMethods(node),
    ...chainMethods(node),
    ...paymentMethods(node),
    ...stateMethods(node),
    ...systemMethods(node),
    ...archiveMethods(node),
    ...chainHeadMethods(node),
    ...chainSpecMethods(node),
    ...transactionMethods(node),
    ...(dev && devMethods(node)),
    rpc_methods: () => ({ methods: Object.keys(methods).sort() }),
  }
  return methods
}
