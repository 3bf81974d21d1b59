import { closeSync, fstatSync, openSync, statSync } from 'node:fs'

/** The door to a workload's network namespace. It stays the workload's, whatever becomes of its number. */
export type Network = {
  /** Descriptors of the namespace, and of a user namespace with rights over it; undefined once closed. */
  descriptors(): { net: number; user: number } | undefined
  close(): void
}

/**
 * Opens the network of a process that is known to be there, as is `stage`, one around it whose user
 * namespace holds the one that the network belongs to. Throws where the network is the host's own: what
 * is to be isolated is not then, and nothing may be asked or run in it.
 */
export function openNetwork(pid: number, stage: number): Network {
  const net = openSync(`/proc/${pid}/ns/net`, 'r')
  if (fstatSync(net).ino === statSync('/proc/self/ns/net').ino) {
    closeSync(net)
    throw new Error(`process ${pid} is in the network of the host`)
  }
  const user = openSync(`/proc/${stage}/ns/user`, 'r')
  let isOpen = true
  return {
    descriptors: () => (isOpen ? { net, user } : undefined),
    close: () => {
      if (!isOpen) return
      isOpen = false
      closeSync(net)
      closeSync(user)
    },
  }
}
