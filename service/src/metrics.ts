export type Labels = Record<string, string>

export type Metrics = {
  /** What only grows: adds to it. The name ends in `_total`. */
  counter(name: string, help: string): (labels?: Labels, by?: number) => void
  /**
   * A figure that is kept elsewhere and read when it is asked for; undefined where nothing is known.
   * One whose name ends in `_total` is a counter, any other goes up and down.
   */
  reading(name: string, help: string, read: () => number | undefined): void
  /** Everything, as Prometheus reads it. */
  text(): string
}

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

type Metric = { name: string; help: string; type: 'counter' | 'gauge'; lines: () => string[] }

/** The figures of one process, with its memory among them. */
export function createMetrics(): Metrics {
  const metrics: Metric[] = []
  const reading: Metrics['reading'] = (name, help, read) => {
    const lines = () => {
      const value = read()
      return value === undefined ? [] : [`${name} ${value}`]
    }
    metrics.push({ name, help, type: name.endsWith('_total') ? 'counter' : 'gauge', lines })
  }
  reading('process_resident_memory_bytes', 'Memory of this process.', () =>
    process.memoryUsage.rss(),
  )
  return {
    reading,
    counter(name, help) {
      const values = new Map<string, number>()
      const lines = () => [...values].map(([labels, value]) => `${name}${labels} ${value}`)
      metrics.push({ name, help, type: 'counter', lines })
      return (labels = {}, by = 1) => {
        const key = labelsOf(labels)
        values.set(key, (values.get(key) ?? 0) + by)
      }
    },
    text: () =>
      metrics
        .flatMap(({ name, help, type, lines }) => [
          `# HELP ${name} ${help}`,
          `# TYPE ${name} ${type}`,
          ...lines(),
        ])
        .join('\n')
        .concat('\n'),
  }
}

function labelsOf(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escaped = (value: string) =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
