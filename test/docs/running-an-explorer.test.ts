import { test } from 'node:test'
import { playDocument } from './session.ts'

test('docs/running-an-explorer.md does what it shows', () =>
  playDocument('docs/running-an-explorer.md'))
