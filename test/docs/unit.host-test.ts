import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { ROOT } from '../stack.ts'

const UNIT = join(ROOT, 'packaging/covenant-node.service')
const run = promisify(execFile)

test('the systemd unit is as little exposed as the docs say', async () => {
  const analyze = (...args: string[]) => run('systemd-analyze', args)
  const { stdout } = await analyze('security', '--offline=yes', '--no-pager', UNIT)
  const exposure = /exposure level for covenant-node\.service: ([0-9.]+)/.exec(stdout)?.[1]
  const docs = readFileSync(join(ROOT, 'docs/running-a-node.md'), 'utf8')
  const told = /rates its exposure ([0-9.]+),/.exec(docs)?.[1]
  // Versions of systemd weigh a little differently.
  assert.ok(Number(exposure) <= Number(told) + 0.5, `${exposure}, told is ${told}`)
})
