import { test } from 'node:test'
import { playDocument } from './session.ts'

test('docs/getting-started.md does what it shows', () => playDocument('docs/getting-started.md'))
