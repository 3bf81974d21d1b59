import type { Metrics } from '@covenant/service/metrics'
import type { Changes } from './changes.ts'
import { lagSeconds } from './queries/head.ts'

/** How far the rows have come, and how old they are. */
export function measureHead(metrics: Metrics, changes: Changes): void {
  metrics.reading(
    'covenant_head_height',
    'The block that answers are of.',
    () => changes.head()?.height,
  )
  metrics.reading(
    'covenant_finalized_height',
    'The latest finalised block that the indexer knew of.',
    () => changes.head()?.finalized_height,
  )
  metrics.reading('covenant_lag_seconds', 'How long ago the block of the answers was made.', () => {
    const head = changes.head()
    return head === null ? undefined : lagSeconds(head)
  })
}
