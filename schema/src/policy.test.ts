import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allowOwner, DEFAULT_POLICY, parseOwner, parsePolicy } from './policy.ts'
import { InvalidFile } from './yaml-document.ts'

const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'

test('the policy that an agent writes first accepts nobody', () => {
  const policy = parsePolicy(DEFAULT_POLICY, 'policy.yaml')
  assert.deepEqual(policy.owners, [])
  assert.deepEqual(policy.networks, ['none'])
})

test('an owner is a group or an address of this chain', () => {
  assert.deepEqual(parseOwner('group:12'), { type: 'group', id: 12 })
  assert.deepEqual(parseOwner(ALICE), { type: 'account', address: ALICE })
  const polkadotAddress = '15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5'
  for (const text of [
    'group:0',
    'group:4294967296',
    'group:1x',
    'group:',
    'group:-1',
    '12',
    polkadotAddress,
  ]) {
    assert.equal(parseOwner(text), undefined, text)
  }
})

test('allowing an owner keeps comments, order and the owners before, and is done once', () => {
  const once = allowOwner(DEFAULT_POLICY, 'group:1', 'policy.yaml')
  assert.deepEqual(parsePolicy(once, 'policy.yaml').owners, ['group:1'])
  const both = allowOwner(once, ALICE, 'policy.yaml')
  assert.deepEqual(parsePolicy(both, 'policy.yaml').owners, ['group:1', ALICE])
  assert.equal(allowOwner(both, 'group:1', 'policy.yaml'), both)
  assert.equal(
    both,
    DEFAULT_POLICY.replace('owners: []', `owners:\n  - group:1\n  - ${ALICE}`),
    'nothing but the owners changed',
  )
  assert.throws(() => allowOwner(both, 'nobody', 'policy.yaml'), /"nobody" is not an owner/)
})

test('what is wrong with a policy is said with its file, line and column', () => {
  const cases: [string, string, RegExp][] = [
    [
      'owners: []',
      'owners: [nobody]',
      /^policy\.yaml:7:10: owners\.0: not an owner: write group:ID or an address$/,
    ],
    ['networks: [none]', 'networks: [egress]', /^policy\.yaml:40:12: networks\.0: /],
    [
      '  cpu: 2000',
      '  cpu: 2000\n  gpu: 1',
      /^policy\.yaml:12:3: max\.gpu: unknown key; known here: cpu, memory, storage$/,
    ],
    [
      '  cpu: 2000',
      '  cpu: 2000\n  cpu: 1',
      /^policy\.yaml:12:3: this key is written twice: keep one of them$/,
    ],
    ['  cpu: 2000', '  cpu: 0.5', /^policy\.yaml:11:8: max\.cpu: not a whole number$/],
    ['  memory: 2048\n', '', /^policy\.yaml:10:1: max\.memory: missing$/],
    ['127.0.0.1', 'http://127.0.0.1', /^policy\.yaml:\d+:\d+: images\.hosts\.0: not a host/],
    ['owners: []', 'owners: [', /^policy\.yaml:\d+:\d+: /],
  ]
  for (const [from, to, expected] of cases) {
    assert.throws(
      () => parsePolicy(DEFAULT_POLICY.replace(from, to), 'policy.yaml'),
      (error: Error) => {
        assert.ok(error instanceof InvalidFile)
        assert.match(error.message.split('\n')[0] ?? '', expected)
        return true
      },
    )
  }
})
