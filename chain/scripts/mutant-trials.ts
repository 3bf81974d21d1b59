import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** `survived` means that every test passed; `unbuilt`, that it is no program. */
export type Verdict = 'killed' | 'survived' | 'unbuilt'

export type Trials = {
  /** Builds the pallet's tests as the copy has them now, and runs them until one fails. */
  run(): Promise<Verdict>
  /** Ends what is running. */
  stop(): void
}

export type TrialsOptions = {
  /** The copy. */
  chain: string
  pallet: string
  /** Cargo's; what it has compiled of other crates serves the copy too. */
  target: string
}

/** What a test run may take beyond ten times that of the untouched pallet: a mutant may never end. */
const MIN_TEST_MS = 60_000
/** In the names of the tests that play random histories. */
const HISTORIES = 'random_histories'

/**
 * Copies what cargo reads; the wasm, the node and the scripts are none of the tests'. The files are
 * new each time, or cargo would take what it built of an earlier run's last mutant for theirs.
 */
export function copyChain(chain: string, copy: string): void {
  for (const name of ['Cargo.toml', 'Cargo.lock', 'pallets', 'runtime']) {
    rmSync(join(copy, name), { recursive: true, force: true })
    cpSync(join(chain, name), join(copy, name), { recursive: true })
  }
}

export function createTrials({ chain, pallet, target }: TrialsOptions): Trials {
  let child: ChildProcess | undefined
  /** How long the tests of a filter took where nothing was changed. */
  const longestMs = new Map<string, number>()

  const start = (program: string, args: string[], cwd: string) => {
    const env = { ...process.env, CARGO_TARGET_DIR: target }
    // A group of its own, so that what cargo starts ends with it.
    child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
    return child
  }
  const stop = () => {
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    process.kill(-child.pid, 'SIGKILL')
  }

  /** The program of the pallet's tests; undefined where it cannot be built. */
  const build = async (): Promise<string | undefined> => {
    const words = ['test', '--no-run', '--lib', '--locked', '--message-format=json', '--quiet']
    // Most mutants are found by the first tests: compiling fast counts for more than running fast.
    const fast = `profile.dev.package.covenant-${pallet}.opt-level=0`
    const cargo = start('cargo', [...words, '--config', fast, '-p', `covenant-${pallet}`], chain)
    let messages = ''
    cargo.stdout?.on('data', (chunk) => (messages += String(chunk)))
    const [code] = (await once(cargo, 'close')) as [number | null]
    if (code !== 0) return undefined
    const artifacts = messages.split('\n').flatMap((line) => {
      const { executable } = line.startsWith('{') ? JSON.parse(line) : { executable: null }
      return typeof executable === 'string' ? [executable] : []
    })
    return artifacts.at(-1)
  }

  /** Whether all tests that `filter` leaves pass. */
  const pass = async (program: string, filter: string[]): Promise<boolean> => {
    const from = performance.now()
    const tests = start(program, filter, join(chain, 'pallets', pallet))
    const key = filter.join(' ')
    const known = longestMs.get(key)
    const timer = known === undefined ? undefined : setTimeout(stop, known * 10 + MIN_TEST_MS)
    // The first failure says enough.
    tests.stdout?.on('data', (chunk) => String(chunk).includes('FAILED') && stop())
    const [code] = (await once(tests, 'close')) as [number | null]
    clearTimeout(timer)
    if (code === 0 && known === undefined) longestMs.set(key, performance.now() - from)
    return code === 0
  }

  /** The random histories take longest by far, so they are asked last. */
  const test = async (program: string): Promise<Verdict> =>
    (await pass(program, ['--skip', HISTORIES])) && (await pass(program, [HISTORIES]))
      ? 'survived'
      : 'killed'

  return {
    stop,
    run: async () => {
      const program = await build()
      return program === undefined ? 'unbuilt' : test(program)
    },
  }
}
