import { test } from 'node:test'
import { playDocument } from './session.ts'

test('docs/running-a-node.md does what it shows', () => playDocument('docs/running-a-node.md'))
