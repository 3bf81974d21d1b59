import { readFileSync } from 'node:fs'

/** What the kernel counts for one process, in MB of a million bytes. */
export type MemoryUse = {
  /** All pages in memory, those that it shares with others too. */
  resident: number
  /** The same, but of a page that n processes share an nth. */
  proportional: number
  /** Pages that no other process has: what would be free again without it. */
  own: number
}

export function memoryOf(pid: number): MemoryUse {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const field = (name: string) => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]
    return (Number(kib) * 1024) / 1e6
  }
  return {
    resident: field('Rss'),
    proportional: field('Pss'),
    own: field('Private_Clean') + field('Private_Dirty'),
  }
}
