import { test } from 'node:test'
import { playDocument } from './session.ts'

test('docs/deploying-alone.md does what it shows', () => playDocument('docs/deploying-alone.md'))
