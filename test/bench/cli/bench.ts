/** How long a person waits for the command line itself: `covenant --help` beside a Node that does nothing. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { median } from '../measure.ts'
import type { Bench } from '../run.ts'

const MAIN = join(import.meta.dirname, '../../../cli/src/main.ts')
const ROUNDS = 21

const subjects: [name: string, args: string[]][] = [
  ['node -e 0', ['-e', '0']],
  ['covenant --help', [MAIN, '--help']],
  ['covenant approve --help', [MAIN, 'approve', '--help']],
  ['covenant completion bash', [MAIN, 'completion', 'bash']],
]

/** In turn, so that what else the machine does falls on all of them alike. */
export async function bench(): Promise<Bench> {
  const times = subjects.map((): number[] => [])
  // The first round fills the compile cache, as a user's first call does.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, [, args]] of subjects.entries()) {
      const took = time(args)
      if (round > 0) times[index]?.push(took)
    }
  }
  return {
    what: `The command line beside a bare Node ${process.versions.node}: median of ${ROUNDS} runs in turn`,
    figures: subjects.map(([name], index) => ({
      name,
      value: median(times[index] ?? []),
      unit: 'ms',
    })),
  }
}

function time(args: string[]): number {
  const began = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  return performance.now() - began
}
