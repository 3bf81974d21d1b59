#!/usr/bin/env node
// Starts the command line under Node 24, which runs its TypeScript as it stands. Plain JavaScript:
// the shell's own Node may be older.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const NEEDED_MAJOR = 24
const here = dirname(fileURLToPath(import.meta.url))
const main = join(here, '..', 'src', 'main.ts')

if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
  // As if main.ts had been the file on the command line.
  process.argv[1] = main
  await import(pathToFileURL(main).href)
} else {
  const node = join(here, '..', '..', 'node_modules', '.bin', 'node')
  if (!existsSync(node)) {
    console.error(
      `covenant: needs Node ${NEEDED_MAJOR}, this is ${process.versions.node}; 'npm ci' in the clone brings it`,
    )
    process.exit(1)
  }
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  // A signal to the launcher alone is passed on; the terminal's own reach both.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exit(signal ? 128 + constants.signals[signal] : code)
  })
}
