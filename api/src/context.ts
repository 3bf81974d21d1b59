import type { Database, Snapshot } from './database.ts'
import type { Hints } from './hints.ts'
import { contractLoaders } from './queries/contracts.ts'
import { eventLoaders } from './queries/events.ts'
import { groupLoaders } from './queries/groups.ts'
import { nodeLoaders } from './queries/nodes.ts'
import { type Pages, createPages } from './queries/page.ts'
import { proposalLoaders } from './queries/proposals.ts'
import type { Stats } from './queries/stats.ts'

/** What a request's resolvers read with: everything as of one block, each row once. */
export type Context = {
  snapshot: Snapshot
  pages: Pages
  load: Loaders
  hints: Hints
  stats: Stats
}

export type Loaders = ReturnType<typeof createLoaders>

/** What the requests of a process share. */
export type Shared = { database: Database; hints: Hints; stats: Stats }

export function createContext(
  snapshot: Snapshot,
  { hints, stats }: Omit<Shared, 'database'>,
): Context {
  return { hints, stats, snapshot, pages: createPages(snapshot), load: createLoaders(snapshot) }
}

const createLoaders = (snapshot: Snapshot) => ({
  ...groupLoaders(snapshot),
  ...proposalLoaders(snapshot),
  ...nodeLoaders(snapshot),
  ...contractLoaders(snapshot),
  ...eventLoaders(snapshot),
})
