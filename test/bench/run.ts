// Measures one part beside what it is to be compared with, both in this run on this machine:
//   npm run bench -- poll          prints a table
//   npm run bench -- poll --json   prints JSON alone
// Figures are for people to judge: no test asserts one.
import { readdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

export type Figure = {
  name: string
  value: number
  unit: string
  /** What is aimed at, where something is, as in `0.9 or more`. */
  goal?: string
}

export type Bench = {
  /** What was measured against what. */
  what: string
  figures: Figure[]
}

const names = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const args = process.argv.slice(2)
const name = args.find((word) => !word.startsWith('-'))
const json = args.includes('--json')

if (name === undefined || !names.includes(name)) {
  console.error(`name what to measure: ${names.map((one) => `npm run bench -- ${one}`).join(', ')}`)
  process.exit(2)
}
const { bench } = (await import(join(import.meta.dirname, name, 'bench.ts'))) as {
  bench: (say: (line: string) => void) => Promise<Bench>
}
const result = await bench((line) => console.error(line))
if (json) console.log(JSON.stringify({ bench: name, machine: machine(), ...result }, null, 2))
else console.log(show(result))

function machine() {
  const [cpu] = cpus()
  return { cpu: cpu?.model ?? 'unknown', cores: cpus().length, node: process.version }
}

function show({ what, figures }: Bench): string {
  const width = Math.max(...figures.map(({ name }) => name.length))
  const lines = figures.map(({ name, value, unit, goal }) => {
    const figure = `${name.padEnd(width)}  ${rounded(value)} ${unit}`
    return goal === undefined ? figure : `${figure}  (goal: ${goal})`
  })
  return [what, '', ...lines].join('\n')
}

function rounded(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(2)
}
