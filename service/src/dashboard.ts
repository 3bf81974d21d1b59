/** For tests alone: what docs/grafana-dashboard.json asks the processes for. */
import { readFileSync } from 'node:fs'

const FILE = new URL('../../docs/grafana-dashboard.json', import.meta.url)

type Dashboard = { panels: { title: string; targets: { expr: string }[] }[] }

/** The expressions of all panels, in Prometheus's language. */
export function dashboardExpressions(): string[] {
  const { panels } = JSON.parse(readFileSync(FILE, 'utf8')) as Dashboard
  return panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
}

/** The names of the figures that are asked of one process, as in `covenant-api`. */
export function dashboardFigures(job: string): string[] {
  const named = new RegExp(`(\\w+)\\{job="${job}"\\}`, 'g')
  const names = dashboardExpressions().flatMap((expression) =>
    [...expression.matchAll(named)].map(([, name = '']) => name),
  )
  return [...new Set(names)]
}

/** Those of `names` that a `/metrics` does not tell of. */
export function missingFigures(names: readonly string[], metrics: string): string[] {
  return names.filter((name) => !metrics.includes(`# TYPE ${name} `))
}
