import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyFacts } from './body-facts.ts'

const digest = (digit: string) => `sha256:${digit.repeat(64)}`
const image = (digit: string) => ({ image: `images.example/web@${digest(digit)}` })

test('a body is found by its name and the images of all its services, each once', () => {
  const services = { web: image('b'), api: image('a'), copy: image('b') }
  assert.deepEqual(bodyFacts(JSON.stringify({ name: 'shop', services })), {
    name: 'shop',
    imageDigests: [digest('a'), digest('b')],
  })
})

test('of a body that is known in part alone, that part is found', () => {
  const later = { name: 'shop', services: { web: { ...image('a'), later: 1 }, job: {} }, more: [] }
  assert.deepEqual(bodyFacts(JSON.stringify(later)), {
    name: 'shop',
    imageDigests: [digest('a')],
  })
})

test('what no deployment can be named, and what is no digest, is found by nothing', () => {
  for (const text of [
    ...[null, '', 'no JSON', 'null', '[]', '7', '{}', '{"services":[]}', '{"services":{"web":7}}'],
    ...[{ name: 7 }, { name: 'x'.repeat(64) }, { name: 'Shop' }, { name: '' }].map((body) =>
      JSON.stringify(body),
    ),
    ...['web', 'web@sha256:ab', 7, { digest: digest('a') }].map((image) =>
      JSON.stringify({ services: { web: { image } } }),
    ),
  ]) {
    assert.deepEqual(bodyFacts(text), { name: '', imageDigests: [] }, String(text))
  }
})
