import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from './metrics.ts'

test('figures are written as Prometheus reads them', () => {
  const metrics = createMetrics()
  const count = metrics.counter('things_total', 'Things that happened.')
  let level: number | undefined
  metrics.reading('level', 'How high it is.', () => level)
  count({ kind: 'a"b\\c\nd' })
  count({ kind: 'x' }, 2)
  count({ kind: 'x' })
  assert.match(
    metrics.text(),
    /^# HELP process_resident_memory_bytes .*\n# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes \d+\n/,
  )
  const rest = metrics.text().split('\n').slice(3)
  assert.deepEqual(rest, [
    '# HELP things_total Things that happened.',
    '# TYPE things_total counter',
    String.raw`things_total{kind="a\"b\\c\nd"} 1`,
    'things_total{kind="x"} 3',
    '# HELP level How high it is.',
    '# TYPE level gauge',
    '',
  ])
  level = 4.5
  assert.match(metrics.text(), /\nlevel 4\.5\n$/)
})
