#!/usr/bin/env node
// Starts the command line under Node 24, which runs TypeScript as it stands. Plain JavaScript: the
// shell's own Node may be older.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NEEDED_MAJOR = 24
const main = new URL('../src/main.ts', import.meta.url)

if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
  // As if main had been the file on the command line.
  process.argv[1] = fileURLToPath(main)
  await import(main.href)
} else {
  const node = installedNode()
  if (node === undefined) {
    const help = main.href.endsWith('.ts')
      ? "'npm ci' in the clone brings it"
      : "its npm package 'node' brings it where install scripts may run; or use a newer Node"
    console.error(`covenant: needs Node ${NEEDED_MAJOR}, this is ${process.versions.node}; ${help}`)
    process.exit(1)
  }
  const child = spawn(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' })
  // A signal to the launcher alone is passed on; the terminal's own reach both.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exit(signal ? 128 + constants.signals[signal] : code)
  })
}

/** The program of the npm package `node`, wherever npm has put it; undefined where it has none. */
function installedNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json')
    const program = join(dirname(manifest), 'bin', 'node')
    return existsSync(program) ? program : undefined
  } catch {
    return undefined
  }
}
