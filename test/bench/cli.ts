/** How long a person waits for the command line itself: `covenant --help` beside a Node that does nothing. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const MAIN = join(import.meta.dirname, '../../cli/src/main.ts')
const ROUNDS = 21

const subjects: [name: string, args: string[]][] = [
  ['node -e 0', ['-e', '0']],
  ['covenant --help', [MAIN, '--help']],
  ['covenant approve --help', [MAIN, 'approve', '--help']],
  ['covenant completion bash', [MAIN, 'completion', 'bash']],
]

/** In turn, so that what else the machine does falls on all of them alike. */
export default function bench(): void {
  const times = subjects.map((): number[] => [])
  // The first round fills the compile cache, as a user's first call does.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, [, args]] of subjects.entries()) {
      const took = time(args)
      if (round > 0) times[index]?.push(took)
    }
  }
  const [bare = 0] = times.map(median)
  for (const [index, [name]] of subjects.entries()) {
    const took = median(times[index] ?? [])
    const more = index === 0 ? '' : `  (+${(took - bare).toFixed(0)} ms)`
    console.log(`${name.padEnd(26)} ${took.toFixed(0).padStart(5)} ms${more}`)
  }
  console.log(`\nmedian of ${ROUNDS} runs in turn, Node ${process.versions.node}`)
}

function time(args: string[]): number {
  const began = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  return performance.now() - began
}

function median(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}
