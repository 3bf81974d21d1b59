import { test } from 'node:test'
import { playDocument } from './session.ts'

test('docs/embedded-chain.md does what it shows', () =>
  playDocument('docs/embedded-chain.md', { isRunning: true }))
