import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { killLeftovers, SANDBOX_MARK } from './leftovers.ts'

test('what an agent before left of its sandboxes is killed, and nothing of any other folder', async (t) => {
  const folder = join(tmpdir(), `leftovers-${process.pid}`)
  const sleeper = (root: string) => {
    const child = spawn('sleep', ['60'], { env: { ...process.env, [SANDBOX_MARK]: root } })
    t.after(() => child.kill('SIGKILL'))
    return child
  }
  const own = [sleeper(`${folder}/runs/1/main`), sleeper(`${folder}/runs/2/main`)]
  const others = [sleeper(`${folder}/runs-of-another/1/main`), sleeper('/elsewhere/runs/1/main')]
  await Promise.all([...own, ...others].map((child) => once(child, 'spawn')))
  assert.equal(killLeftovers(`${folder}/runs`), 2)
  await Promise.all(own.map((child) => once(child, 'exit')))
  assert.deepEqual(
    others.map(({ exitCode, signalCode }) => exitCode ?? signalCode),
    [null, null],
  )
  assert.equal(killLeftovers(`${folder}/runs`), 0)
})

test('files that an agent was started with open do not reach its children', () => {
  const file = JSON.stringify(new URL('./leftovers.ts', import.meta.url).href)
  const script = `
    import { readdirSync } from 'node:fs'
    import { execFileSync } from 'node:child_process'
    import { closeInheritedFiles } from ${file}
    const list = () => execFileSync('ls', ['/proc/self/fd'], { encoding: 'utf8' }).split('\\n').filter(Boolean)
    const before = list()
    closeInheritedFiles()
    console.log(JSON.stringify([before, list()]))`
  const open = openSync('/dev/null', 'r')
  // Node itself takes care of the low numbers, up to the first that is free.
  const stdio = [...Array(3).fill('pipe'), ...Array(17).fill('ignore'), open]
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    stdio,
    encoding: 'utf8',
  })
  closeSync(open)
  assert.equal(stderr, '')
  const [before, after] = JSON.parse(stdout) as [string[], string[]]
  assert.ok(before.includes('20'), 'there was something to close')
  assert.deepEqual(after, ['0', '1', '2', '3'], 'the last is the listing itself')
})
