import { test } from 'node:test'
import { playDocument } from './session.ts'

test('docs/deploying-as-a-group.md does what it shows', () =>
  playDocument('docs/deploying-as-a-group.md'))
