/** What a node offers and a contract reserves; each is an unsigned 32-bit number on chain, the last two 16-bit. */
export type Resources = {
  /** milli-cores */
  cpu: number
  /** MiB */
  memory: number
  /** MiB */
  storage: number
  gpus: number
  publicIpv4: number
}

/** The largest amount of cpu, memory or storage that the chain can count. */
export const MAX_RESOURCE = 0xffff_ffff
