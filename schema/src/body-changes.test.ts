import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareBodies, readAnyBody, type AnyBody, type Mark } from './body-changes.ts'

const web = {
  image: 'a@sha256:1',
  command: ['/bin/web'],
  env: { LOG: 'info', PORT: '80' },
  resources: { cpu: 100, memory: 64, storage: 0 },
  restart: 'always',
  network: 'internal',
  volumes: [{ name: 'data', mountPath: '/data' }],
}
const body = (services: AnyBody['services']): AnyBody => ({ services })
const before = body({ web })

test('a body and itself differ in nothing, whatever the order of their keys', () => {
  const turned = Object.fromEntries(Object.entries(web).toReversed())
  assert.deepEqual(compareBodies(before, body({ web: turned })), [])
})

const cases: [name: string, changed: object, what: string, marks: Mark[]][] = [
  ['another image restarts', { image: 'b@sha256:2' }, 'web.image', ['restart']],
  ['another variable restarts', { env: { ...web.env, LOG: 'debug' } }, 'web.env.LOG', ['restart']],
  ['a variable that goes restarts', { env: { LOG: 'info' } }, 'web.env.PORT', ['restart']],
  ['the restart policy changes in place', { restart: 'never' }, 'web.restart', ['in place']],
  [
    'a health check changes in place',
    { healthCheck: { tcp: { port: 1 } } },
    'web.healthCheck',
    ['in place'],
  ],
  ['a wider network', { network: 'egress' }, 'web.network', ['restart', 'WIDER ACCESS']],
  ['a network that is not known', { network: 'all' }, 'web.network', ['restart', 'WIDER ACCESS']],
  ['a narrower network is no wider access', { network: 'none' }, 'web.network', ['restart']],
  ['a port more', { ports: [{ public: true }] }, 'web.ports', ['restart', 'WIDER ACCESS']],
  ['a secret more', { secrets: [{ name: 'db' }] }, 'web.secrets', ['restart', 'WIDER ACCESS']],
  [
    'a volume elsewhere loses nothing',
    { volumes: [{ name: 'data', mountPath: '/srv' }] },
    'web.volumes',
    ['restart'],
  ],
]
for (const [name, changed, what, marks] of cases) {
  test(`${name}: ${marks.join(', ')}`, () => {
    const changes = compareBodies(before, body({ web: { ...web, ...changed } }))
    assert.deepEqual(
      changes.map((change) => [change.what, change.marks]),
      [[what, marks]],
    )
  })
}

const kept = { size: 64, keepOnDelete: true }
const volumeCases: [name: string, after: object | undefined, changes: [string, Mark[]][]][] = [
  ['one that grows loses nothing', { a: { size: 32 }, b: kept }, [['volumes.a.size', ['restart']]]],
  ['one that goes is lost', { b: kept }, [['volumes.a', ['restart', 'data lost']]]],
  ['one that goes and is kept is not', { a: { size: 16 } }, [['volumes.b', ['restart']]]],
  [
    'one that comes loses nothing',
    { a: { size: 16 }, b: kept, c: kept },
    [['volumes.c', ['restart']]],
  ],
  [
    'all that go are told',
    undefined,
    [
      ['volumes.a', ['restart', 'data lost']],
      ['volumes.b', ['restart']],
    ],
  ],
]
for (const [name, volumes, expected] of volumeCases) {
  test(`of volumes, ${name}`, () => {
    const changes = compareBodies(
      { ...before, volumes: { a: { size: 16 }, b: kept } },
      { ...before, ...(volumes && { volumes }) },
    )
    assert.deepEqual(
      changes.map(({ what, marks }) => [what, marks]),
      expected,
    )
  })
}

test('a service that comes starts, one that goes stops', () => {
  const both = compareBodies(before, body({ api: { ...web, network: 'egress' } }))
  assert.deepEqual(both, [
    { what: 'web', before: 'runs', after: null, marks: ['stops'] },
    { what: 'api', before: null, after: 'runs', marks: ['starts', 'WIDER ACCESS'] },
  ])
})

test('what stands beside the services is compared too', () => {
  const changes = compareBodies({ ...before, name: 'a' }, { ...before, name: 'b', later: {} })
  assert.deepEqual(changes, [
    { what: 'name', before: 'a', after: 'b', marks: ['restart'] },
    { what: 'later', before: null, after: '{}', marks: ['restart'] },
  ])
})

const sealed = (value: string) => ({ name: 'db-url', env: 'DATABASE_URL', sealed: value })
const forms: [form: string, secrets: (value: string) => unknown][] = [
  ['in a list', (value) => [sealed(value)]],
  ['by their names', (value) => ({ 'db-url': sealed(value) })],
  ['in a form that nobody knows', sealed],
]
for (const [form, secrets] of forms) {
  test(`secrets ${form} that differ are told by name and fingerprint, never by value`, () => {
    const compare = (from: string, to: string) =>
      compareBodies(
        { ...body({ web: { ...web, secrets: secrets(from) } }), secrets: secrets(from) },
        { ...body({ web: { ...web, secrets: secrets(to) } }), secrets: secrets(to) },
      )
    assert.deepEqual(compare('hunter2', 'hunter2'), [])
    const changes = compare('hunter2', 'swordfish')
    assert.deepEqual(
      changes.map(({ what }) => what),
      ['secrets', 'web.secrets'],
    )
    assert.doesNotMatch(JSON.stringify(changes), /hunter2|swordfish/)
    for (const { before, after } of changes) assert.notEqual(before, after)
  })
}

test('a text is a body of some version, or none', () => {
  assert.deepEqual(readAnyBody('{"services":{"web":{"later":1}},"more":[]}'), {
    services: { web: { later: 1 } },
    more: [],
  })
  for (const text of ['', 'no JSON', 'null', '{}', '{"services":[]}', '{"services":{"web":1}}']) {
    assert.equal(readAnyBody(text), undefined, text)
  }
})
