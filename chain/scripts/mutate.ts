/**
 * usage: npm run mutate -- PALLET [--file WORD] [--kind KIND] [--list] [--fresh]
 *
 * Takes each rule of a pallet away once and runs the pallet's tests; lists those that no test
 * misses. Works on a copy, so the sources are never touched, and goes on where it stopped as long
 * as they are the same.
 *
 *   --file WORD   only in files whose name contains WORD
 *   --kind KIND   only checks, comparisons or statements
 *   --list        say what would be tried, and try nothing
 *   --fresh       forget earlier results
 *
 * A mutant that changes nothing that can be seen is explained in chain/mutants.json. Ends with
 *
 *   0  every mutant was noticed, or is explained
 *   1  some were not, or an explanation fits none any more
 *   2  wrong usage, or the tests fail as they are
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { copyChain, createTrials, type Verdict } from './mutant-trials.ts'
import { type Mutation, mutate, mutationsOf } from './mutations.ts'
import { sha256 } from './sources.ts'

const chain = join(import.meta.dirname, '..')
const target =
  process.env['CARGO_TARGET_DIR'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'covenant/target')
/** Rules are not in what is compiled for tests alone, nor in what tests the rules. */
const NOT_RULES =
  /^(tests|tests\/.*|mock\.rs|tests\.rs|weights\.rs|benchmarking\.rs|invariants\.rs)$/

type Mutant = Mutation & { file: string; text: string }
type Explanation = { file: string; text: string; change: string; why: string }

const { pallet, options } = readArguments()
const work = join(target, 'mutants')
// All is read from the copy: the sources may well change meanwhile.
copyChain(chain, join(work, 'chain'))
const folder = join(work, 'chain/pallets', pallet, 'src')
const mutants = findMutants()
if (options.list) {
  for (const one of mutants) console.log(`${placeOf(one)}  ${one.change}`)
  process.exit(0)
}

const results = readResults()
const trials = createTrials({ chain: join(work, 'chain'), pallet, target })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    trials.stop()
    process.exit(130)
  })
}
const untouched = await trials.run()
if (untouched !== 'survived') {
  console.error(
    `the tests of ${pallet} ${untouched === 'killed' ? 'fail' : 'do not build'} as they are`,
  )
  process.exit(2)
}
for (const [index, mutant] of mutants.entries()) {
  const key = keyOf(mutant)
  const from = performance.now()
  const known = results.verdicts[key]
  const verdict = known ?? (await tryOut(mutant))
  results.verdicts[key] = verdict
  writeFileSync(results.file, JSON.stringify(results.verdicts))
  const time = known ? 'known' : `${((performance.now() - from) / 1000).toFixed(1)} s`
  console.log(
    `${index + 1}/${mutants.length}  ${verdict.padEnd(8)} ${placeOf(mutant)}  ${mutant.change}  (${time})`,
  )
}
process.exitCode = report()

async function tryOut(mutant: Mutant): Promise<Verdict> {
  const file = join(folder, mutant.file)
  const source = readFileSync(file, 'utf8')
  writeFileSync(file, mutate(source, mutant))
  const verdict = await trials.run()
  writeFileSync(file, source)
  return verdict
}

function findMutants(): Mutant[] {
  return rustFiles()
    .filter((file) => !NOT_RULES.test(file) && file.includes(options.file ?? ''))
    .flatMap((file) => {
      const source = readFileSync(join(folder, file), 'utf8')
      const lines = source.split('\n')
      return mutationsOf(source).map((mutation) => ({
        ...mutation,
        file,
        text: lines[mutation.line - 1]?.trim() ?? '',
      }))
    })
    .filter(({ kind }) => options.kind === undefined || kind === options.kind)
}

function rustFiles(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.rs'))
    .toSorted()
}

/** What earlier runs found for exactly these sources. */
function readResults(): { file: string; verdicts: Record<string, Verdict> } {
  const sources = rustFiles().map((file) => `${file} ${sha256(readFileSync(join(folder, file)))}`)
  const file = join(work, `${pallet}-${sha256(sources.join('\n')).slice(0, 16)}.json`)
  mkdirSync(dirname(file), { recursive: true })
  if (options.fresh) rmSync(file, { force: true })
  return { file, verdicts: existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {} }
}

function report(): number {
  const explained = readExplanations()
  const survivors = mutants.filter((one) => results.verdicts[keyOf(one)] === 'survived')
  const isFor = (mutant: Mutant) => (one: Explanation) =>
    `pallets/${pallet}/src/${mutant.file}` === one.file &&
    mutant.text === one.text &&
    mutant.change === one.change
  const unexplained = survivors.filter((mutant) => !explained.some(isFor(mutant)))
  const count = (file: string, verdict: Verdict) =>
    mutants.filter((one) => one.file === file && results.verdicts[keyOf(one)] === verdict).length
  console.log('')
  console.table(
    [...new Set(mutants.map(({ file }) => file))].map((file) => ({
      file,
      killed: count(file, 'killed'),
      unbuilt: count(file, 'unbuilt'),
      survived: count(file, 'survived'),
    })),
  )
  for (const one of survivors) {
    const why = explained.find(isFor(one))?.why
    console.log(`${why ? 'explained' : 'SURVIVED '}  ${placeOf(one)}  ${one.change}`)
    console.log(`           ${why ?? one.text}`)
  }
  const isWhole = options.file === undefined && options.kind === undefined
  const stale = explained.filter(
    (one) => isWhole && !survivors.some((mutant) => isFor(mutant)(one)),
  )
  for (const { file, text } of stale) {
    console.log(`STALE      ${file}: no such mutant survives any more: ${text}`)
  }
  return unexplained.length + stale.length === 0 ? 0 : 1
}

function readExplanations(): Explanation[] {
  const file = join(chain, 'mutants.json')
  const all = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Explanation[]) : []
  return all.filter((one) => one.file.startsWith(`pallets/${pallet}/`))
}

function keyOf({ file, start, end, replacement }: Mutant): string {
  return `${file} ${start}-${end} ${replacement}`
}

function placeOf({ file, line, column }: Mutant): string {
  return `${pallet}/src/${file}:${line}:${column}`
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      file: { type: 'string' },
      kind: { type: 'string' },
      list: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
    },
  })
  const pallets = readdirSync(join(chain, 'pallets'))
  const [pallet = ''] = positionals
  if (positionals.length !== 1 || !pallets.includes(pallet)) {
    console.error(
      `usage: npm run mutate -- PALLET, one of ${pallets.join(', ')}; its first lines say the rest`,
    )
    process.exit(2)
  }
  return { pallet, options: values }
}
