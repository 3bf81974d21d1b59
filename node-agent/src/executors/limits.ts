import type { BodyService } from '@covenant/schema'

/** What bounds one workload, in bytes and counts. */
export type Limits = {
  /** Data of each process (RLIMIT_DATA); of all together where control groups are to be had. */
  memoryBytes: number
  /** /tmp, which lies in memory. */
  tmpBytes: number
  /** /dev/shm, likewise. */
  shmBytes: number
  /** The largest file that can be written. */
  fileBytes: number
  /** All processes and threads of the workload together. */
  processes: number
  openFiles: number
  /** Thousandths of a core; bounded only where control groups are to be had. */
  cpuMillis: number
}

const MIB = 1024 * 1024

/**
 * The limits that a service's reservation comes to. What it writes outside of its volumes lies in memory, so
 * /tmp has the reserved storage, but never more than half of the reserved memory. A file in a volume
 * can be as large as its largest, `volumeMib`.
 */
export function limitsFor(
  { cpu, memory, storage }: BodyService['resources'],
  volumeMib = 0,
): Limits {
  const memoryBytes = memory * MIB
  const tmpBytes = Math.max(4096, Math.min(storage * MIB, memoryBytes / 2))
  return {
    memoryBytes,
    tmpBytes,
    shmBytes: Math.max(4096, Math.min(64 * MIB, memoryBytes / 8)),
    fileBytes: Math.max(tmpBytes, volumeMib * MIB),
    // A thread for every 2 MiB is beyond what programs of this size use; fewer than 32 start none.
    processes: Math.min(1024, Math.max(32, Math.floor(memory / 2))),
    openFiles: 1024,
    cpuMillis: cpu,
  }
}
