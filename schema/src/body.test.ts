import assert from 'node:assert/strict'
import { test } from 'node:test'
import vectors from '../vectors/bodies.json' with { type: 'json' }
import {
  type BodyInput,
  bodyHash,
  bodyResources,
  completeBody,
  encodeBody,
  InvalidBody,
  MAX_BODY_BYTES,
  parseBody,
} from './body.ts'
import { canonicalJson } from './canonical.ts'

type ServiceInput = BodyInput['services'][string]

const service = (changes: object = {}): ServiceInput => ({
  image: `localhost:4001/demo@sha256:${'ab'.repeat(32)}`,
  command: ['/bin/demo'],
  resources: { cpu: 100, memory: 64, storage: 10 },
  ...changes,
})
const input = (changes: object = {}): BodyInput => ({
  apiVersion: 'covenant/v1',
  name: 'demo',
  services: { web: service() },
  ...changes,
})
const withService = (changes: object) => input({ services: { web: service(changes) } })
const withResources = (changes: object) =>
  withService({ resources: { ...service().resources, ...changes } })
const bytesOf = (text: string) => new TextEncoder().encode(text)

for (const { name, input, canonical, hash } of vectors.bodies) {
  test(`body vector: ${name}`, () => {
    const bytes = encodeBody(completeBody(input))
    assert.equal(new TextDecoder().decode(bytes), canonical)
    assert.equal(bodyHash(bytes), hash)
    assert.deepEqual(encodeBody(parseBody(bytes)), bytes)
  })
}

test('the resources of a body are the sum of its services', () => {
  const body = completeBody(input({ services: { a: service(), b: service() } }))
  assert.deepEqual(bodyResources(body), {
    cpu: 200,
    memory: 128,
    storage: 20,
    gpus: 0,
    publicIpv4: 0,
  })
})

function badHealthChecks(): [string, unknown, string][] {
  const at = 'services.web.healthCheck'
  const http = { port: 80 }
  const checks: [what: string, check: unknown, at: string][] = [
    ['of no kind', {}, ''],
    ['of both kinds', { http, tcp: http }, ''],
    ['of a kind that there is not', { exec: ['true'] }, '.exec'],
    ['of port 0', { tcp: { port: 0 } }, '.tcp.port'],
    ['of a port that there is not', { http: { port: 65_536 } }, '.http.port'],
    ['whose path is none', { http: { port: 80, path: 'healthz' } }, '.http.path'],
    [
      'whose path ends the request',
      { http: { port: 80, path: '/ HTTP/1.1\r\nX: y' } },
      '.http.path',
    ],
    ['whose path is not ASCII', { http: { port: 80, path: '/ä' } }, '.http.path'],
    ['that never rests', { http, intervalSeconds: 0 }, '.intervalSeconds'],
    ['that takes too long', { http, timeoutSeconds: 61 }, '.timeoutSeconds'],
    ['that starts too late', { http, startPeriodSeconds: 3601 }, '.startPeriodSeconds'],
    ['that gives up at once', { http, retries: 0 }, '.retries'],
    ['of part of a second', { http, intervalSeconds: 1.5 }, '.intervalSeconds'],
  ]
  return checks.map(([what, healthCheck, key]) => [
    `a health check ${what}`,
    withService({ healthCheck }),
    `${at}${key}`,
  ])
}

const refused: [string, unknown, string][] = [
  ['a body that is no object', null, ''],
  ['an unknown key', input({ owner: 'x' }), 'owner'],
  ['an unknown key in a service', withService({ ports: [] }), 'services.web.ports'],
  ['an unknown key in resources', withResources({ disk: 1 }), 'services.web.resources.disk'],
  [
    'a key named __proto__',
    withService({ env: JSON.parse('{"__proto__":""}') }),
    'services.web.env.__proto__',
  ],
  ['another version', input({ apiVersion: 'covenant/v2' }), 'apiVersion'],
  ['an empty name', input({ name: '' }), 'name'],
  ['a name in capitals', input({ name: 'Demo' }), 'name'],
  ['a name that ends in a hyphen', input({ name: 'demo-' }), 'name'],
  ['a name with a line break at its end', input({ name: 'demo\n' }), 'name'],
  ['a name of 64 characters', input({ name: 'a'.repeat(64) }), 'name'],
  ['no service', input({ services: {} }), 'services'],
  ['a service named like a path', input({ services: { '../a': service() } }), 'services.../a'],
  [
    'an image without a digest',
    withService({ image: 'localhost:4001/demo:1' }),
    'services.web.image',
  ],
  ...badHealthChecks(),
  ['an empty command', withService({ command: [] }), 'services.web.command'],
  ['a NUL in a command', withService({ command: ['a\0b'] }), 'services.web.command.0'],
  ['a NUL in a variable', withService({ env: { A: '\0' } }), 'services.web.env.A'],
  ['a lone surrogate', withService({ env: { A: '\ud83d' } }), 'services.web.env.A'],
  [
    'a variable that begins with a digit',
    withService({ env: { '1A': '' } }),
    'services.web.env.1A',
  ],
  ['a variable with =', withService({ env: { 'A=B': '' } }), 'services.web.env.A=B'],
  ['no cpu', withResources({ cpu: 0 }), 'services.web.resources.cpu'],
  ['no memory', withResources({ memory: 0 }), 'services.web.resources.memory'],
  ['half a MiB', withResources({ memory: 0.5 }), 'services.web.resources.memory'],
  ['storage below nothing', withResources({ storage: -1 }), 'services.web.resources.storage'],
  ['more than the chain counts', withResources({ cpu: 2 ** 32 }), 'services.web.resources.cpu'],
  ['an unknown restart', withService({ restart: 'sometimes' }), 'services.web.restart'],
  ['a network', withService({ network: 'internal' }), 'services.web.network'],
]
for (const [name, value, path] of refused) {
  test(`${name} is refused at ${path || 'the root'}`, () => {
    assert.throws(
      () => completeBody(value),
      (error) =>
        error instanceof InvalidBody && error.problems.some((one) => one.path.join('.') === path),
    )
  })
}

test('all problems are told together', () => {
  const error = problemOf(() => completeBody(input({ name: '', apiVersion: 1, extra: 1 })))
  assert.deepEqual(
    error.problems.map(({ path }) => path.join('.')),
    ['apiVersion', 'name', 'extra'],
  )
})

test('names of 63 characters and 16 services are allowed, a 17th is not', () => {
  const services = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`s${i}`.padEnd(63, 'x'), service()]),
    )
  completeBody(input({ services: services(16) }))
  assert.throws(() => completeBody(input({ services: services(17) })), /more than 16 services/)
})

test('resources that add up to more than the chain counts are refused', () => {
  const half = service({ resources: { cpu: 1, memory: 2 ** 31, storage: 0 } })
  assert.throws(() => completeBody(input({ services: { a: half, b: half } })), /memory adds up/)
})

test('a body of exactly the largest size is encoded, one byte more is refused', () => {
  const sized = (length: number) => completeBody(withService({ env: { A: 'x'.repeat(length) } }))
  const room = MAX_BODY_BYTES - encodeBody(sized(0)).length
  assert.equal(encodeBody(sized(room)).length, MAX_BODY_BYTES)
  assert.equal(parseBody(encodeBody(sized(room))).name, 'demo')
  assert.throws(() => encodeBody(sized(room + 1)), /16385 bytes long/)
})

test('bytes that are not exactly the canonical form are refused', () => {
  const text = canonicalJson(completeBody(input()))
  assert.equal(parseBody(bytesOf(text)).name, 'demo')
  const variants = {
    'a space': text.replace(':', ': '),
    'a line break at the end': `${text}\n`,
    'a byte order mark': `\ufeff${text}`,
    'a duplicate key': text.replace('"name":"demo"', '"name":"demo","name":"demo"'),
    'another order of keys': JSON.stringify(completeBody(input())),
    'another way to write a number': text.replace('"cpu":100', '"cpu":1e2'),
    'an escape that is not needed': text.replace('/bin', '\\/bin'),
    'a default left out': text.replace('"env":{},', ''),
  }
  for (const [name, variant] of Object.entries(variants)) {
    assert.notEqual(variant, text, name)
    assert.throws(() => parseBody(bytesOf(variant)), InvalidBody, name)
  }
})

test('bytes that are no UTF-8 or no JSON are refused', () => {
  assert.throws(() => parseBody(Uint8Array.of(0x22, 0xff, 0x22)), /not UTF-8/)
  assert.throws(() => parseBody(bytesOf('{')), /not JSON/)
  assert.throws(() => parseBody(new Uint8Array(MAX_BODY_BYTES + 1)), /16385 bytes long/)
})

function problemOf(action: () => unknown): InvalidBody {
  try {
    action()
  } catch (error) {
    if (error instanceof InvalidBody) return error
  }
  throw new Error('nothing was refused')
}
