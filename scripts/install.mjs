// Makes a clone ready to run: installs what package-lock.json names, then generates what is not
// committed. Plain JavaScript, since the host's own Node (20 or newer) runs it before Node 24 is there.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const stampFile = join(root, 'node_modules', '.covenant-installed')
const node = join(root, 'node_modules', '.bin', 'node')
const turnFile = join(root, '.installing')

if (Number(process.versions.node.split('.')[0]) < 20) {
  stop(`Node ${process.versions.node} is too old to install Covenant; Node 20 or newer works`)
}

// One at a time: a second terminal may ask for the same while the first still installs.
takeTurn()
// The content decides, not the time: a fresh clone's files are all equally new.
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')
const installed = existsSync(stampFile) ? readFileSync(stampFile, 'utf8').trim() : undefined
if (installed !== wanted || !existsSync(node)) {
  console.error(
    installed === undefined
      ? 'covenant: installing dependencies (once, about two minutes)'
      : 'covenant: package-lock.json has changed; installing dependencies',
  )
  // With development packages whatever NODE_ENV says: the type checker and the linter are part of it.
  run('npm', ['ci', '--include=dev', '--loglevel=error'], 'npm ci')
  writeFileSync(stampFile, `${wanted}\n`)
}
run(node, ['scripts/generate.ts'], 'npm run generate')

/** Waits while another living process installs in this clone, and keeps the turn until the exit. */
function takeTurn() {
  const own = `${turnFile}.${process.pid}`
  writeFileSync(own, String(process.pid))
  for (let waiting = false; !tryLink(own); waiting = true) {
    const holder = existsSync(turnFile) ? readFileSync(turnFile, 'utf8') : ''
    if (!isAlive(holder)) {
      rmSync(turnFile, { force: true })
      continue
    }
    if (!waiting) console.error('covenant: another terminal is installing here; waiting for it')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
  }
  rmSync(own)
  process.on('exit', () => rmSync(turnFile, { force: true }))
}

/** A link appears whole or not at all, and fails where the name is taken. */
function tryLink(own) {
  try {
    linkSync(own, turnFile)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function isAlive(pid) {
  try {
    process.kill(Number(pid), 0)
    return Number(pid) > 0
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function run(command, args, again) {
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (error) stop(`could not start ${command}: ${error.message}`)
  if (signal) stop(`'${again}' was ended by ${signal}`)
  if (status !== 0) stop(`'${again}' failed (exit ${status}); run it again to see why`)
}

function stop(sentence) {
  console.error(`covenant: ${sentence}`)
  process.exit(1)
}
