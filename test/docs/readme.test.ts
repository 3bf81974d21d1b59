import { test } from 'node:test'
import { playDocument } from './session.ts'

test('README.md does what it shows', () => playDocument('README.md', { inClone: true }))
