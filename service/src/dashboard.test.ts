import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dashboardExpressions, dashboardFigures, missingFigures } from './dashboard.ts'
import { createMetrics } from './metrics.ts'

test('each figure on the dashboard is asked of a process whose tests look for it', () => {
  const asked = new Set(
    ['covenant-api', 'covenant-indexer'].flatMap((job) =>
      dashboardFigures(job).map((name) => `${name}{job="${job}"}`),
    ),
  )
  const figures = dashboardExpressions().flatMap((expression) => [
    ...expression.matchAll(/(?:covenant|process)_\w+(?:\{[^}]*\})?/g),
  ])
  assert.ok(figures.length > 10)
  for (const [figure] of figures) assert.ok(asked.has(figure), figure)
})

test('a figure that no process has is told', () => {
  const text = createMetrics().text()
  const names = ['process_resident_memory_bytes', 'process_resident_memory', 'covenant_nothing']
  assert.deepEqual(missingFigures(names, text), names.slice(1))
})
