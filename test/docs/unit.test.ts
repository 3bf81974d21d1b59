import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../stack.ts'

const UNIT = join(ROOT, 'packaging/covenant-node.service')

test('nothing in the systemd unit stands in the way of a sandbox', () => {
  const unit = readFileSync(UNIT, 'utf8')
  const settings = new Map(
    [...unit.matchAll(/^(\w+)=(.*)$/gm)].map(([, key, value]) => [key, value]),
  )
  const breaking = ['RestrictNamespaces', 'ProtectHostname', 'ProtectProc', 'ProcSubset']
  for (const key of [
    ...breaking,
    'ProtectKernelTunables',
    'ProtectKernelLogs',
    'MemoryDenyWriteExecute',
  ]) {
    assert.ok(!settings.has(key), key)
  }
  assert.doesNotMatch(settings.get('SystemCallFilter') ?? '', /@mount|@privileged|@debug/)
})
