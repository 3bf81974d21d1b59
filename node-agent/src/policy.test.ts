import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidBody } from '@covenant/schema'
import { DEFAULT_POLICY, parsePolicy } from '@covenant/schema/policy'
import { judgeOffer, type OfferFacts } from './policy.ts'
import { resolvePolicy } from './policy-file.ts'
import { makeBody, makeContract, makeNode, makeSpec, OWNER } from './testing.ts'

const groups = { accountOf: (id: number) => `account of group ${id}` }
const policy = resolvePolicy(
  { ...parsePolicy(DEFAULT_POLICY, 'policy.yaml'), owners: [OWNER, 'group:7'] },
  { groups },
)

function judge(over: Partial<OfferFacts> = {}) {
  return judgeOffer({
    contract: makeContract(),
    offer: { spec: makeSpec(), deadline: 5000 },
    body: makeBody(),
    node: makeNode(),
    policy,
    noSandbox: undefined,
    noHealthChecks: undefined,
    noVolumes: undefined,
    volumeSize: () => undefined,
    proven: [{ key: 'memory-limit', value: 'per-process' }],
    ...over,
  })
}

const offer = (
  resources: Partial<ReturnType<typeof makeSpec>['resources']>,
  sealingVersion = 1,
) => ({
  spec: makeSpec({ resources: { ...makeSpec().resources, ...resources }, sealingVersion }),
  deadline: 5000,
})

test('an offer within policy and capacity is taken, an owner being named or a named group', () => {
  assert.deepEqual(judge(), { type: 'accept' })
  const ofGroup = makeContract({ owner: 'account of group 7' })
  assert.deepEqual(judge({ contract: ofGroup }), { type: 'accept' })
})

const CHECK = {
  tcp: { port: 8080 },
  ...{ intervalSeconds: 10, timeoutSeconds: 5, startPeriodSeconds: 30, retries: 3 },
}
test('a host that cannot ask how a workload is still takes what asks for no check', () => {
  assert.deepEqual(judge({ noHealthChecks: 'nsenter was refused' }), { type: 'accept' })
  assert.deepEqual(judge({ body: makeBody({ healthCheck: CHECK }) }), { type: 'accept' })
})

const withVolumes = (...volumes: { size: number; keepOnDelete: boolean }[]) => ({
  ...makeBody({ resources: { cpu: 100, memory: 64, storage: 0 } }),
  volumes: Object.fromEntries(volumes.map((volume, index) => [`v${index}`, volume])),
})
const small = { size: 4, keepOnDelete: false }
const keeping = { size: 4, keepOnDelete: true }

test('volumes are taken where there are any, and go on with what is there if it is no larger', () => {
  const body = withVolumes(small, keeping)
  assert.deepEqual(judge({ body }), { type: 'accept' })
  assert.deepEqual(judge({ body, volumeSize: () => 4 }), { type: 'accept' })
  assert.deepEqual(judge({ noVolumes: 'only root can' }), { type: 'accept' }, 'it asks for none')
})

test('what is asked about a volume is whose it would be', () => {
  const asked: unknown[] = []
  judge({ body: withVolumes(small), volumeSize: (volume) => void asked.push(volume) })
  assert.deepEqual(asked, [{ contract: 1, owner: OWNER, deployment: 'test', name: 'v0' }])
})

const keeps = (maxSize: number, maxDays: number) => ({
  policy: { ...policy, volumes: { kept: { maxSize, maxDays } } },
})
const host = (text: string) => text.replace('127.0.0.1:4001', 'images.example')
const declined: [string, Partial<OfferFacts>, string, RegExp][] = [
  ['no sandbox', { noSandbox: 'bwrap is not installed' }, 'Hardware', /bwrap is not installed/],
  [
    'a health check on a host that cannot ask',
    { body: makeBody({ healthCheck: CHECK }), noHealthChecks: 'nsenter was refused' },
    'Hardware',
    /nsenter was refused/,
  ],
  [
    'totals that the node says it holds and this host does not',
    { node: makeNode({ attributes: [{ key: 'memory-limit', value: 'total' }] }) },
    'Hardware',
    /says on chain that its memory-limit is total, and here it is per-process: .*node update/,
  ],
  [
    'an owner whom nobody named',
    { contract: makeContract({ owner: 'account of group 8' }) },
    'Policy',
    /owner .* not in the policy/,
  ],
  [
    'a body that cannot be honoured',
    { body: new InvalidBody([{ path: ['gpu'], message: 'unknown key' }]) },
    'Policy',
    /gpu: unknown key/,
  ],
  ['a body that needs more than is reserved', { offer: offer({ memory: 63 }) }, 'Policy', /memory/],
  [
    'more than the policy allows',
    { offer: offer({ cpu: 2001 }) },
    'Policy',
    /more cpu than the policy/,
  ],
  [
    'an image from elsewhere',
    { body: makeBody({ image: host(makeBody().services['main']?.image ?? '') }) },
    'Policy',
    /comes from images\.example/,
  ],
  [
    'a network mode that is not allowed',
    { policy: { ...policy, networks: [] } },
    'Policy',
    /network mode none/,
  ],
  [
    'a volume on a host that has none',
    { body: withVolumes(small), noVolumes: 'there are no volumes here: only root' },
    'Hardware',
    /only root/,
  ],
  [
    'volumes beyond what is reserved',
    { body: withVolumes(small, small, small) },
    'Policy',
    /more storage/,
  ],
  [
    'a volume smaller than it is here',
    { body: withVolumes(small), volumeSize: () => 5 },
    'Policy',
    /v0 has 5 MiB here, and cannot shrink to 4/,
  ],
  [
    'more to be kept than the policy keeps',
    { body: withVolumes(keeping, keeping), ...keeps(7, 30) },
    'Policy',
    /8 MiB of volumes are to be kept .* the policy keeps 7 for 30 days/,
  ],
  [
    'a volume to be kept that the policy keeps for no day',
    { body: withVolumes(keeping), ...keeps(8, 0) },
    'Policy',
    /for 0 days/,
  ],
  ['more than the node has', { offer: offer({ cpu: 1001 }) }, 'Capacity', /not enough cpu/],
  [
    'more than the node has left',
    { node: makeNode({ reserved: { ...makeNode().reserved, memory: 1024 - 63 } }) },
    'Capacity',
    /not enough memory/,
  ],
  ['what the node has none of', { offer: offer({ gpus: 1 }) }, 'Capacity', /gpus/],
  ['another sealing key', { offer: offer({}, 2) }, 'Secrets', /version 2/],
]
for (const [what, facts, reason, detail] of declined) {
  test(`an offer with ${what} is declined: ${reason}`, () => {
    const verdict = judge(facts)
    assert.ok(verdict.type === 'decline')
    assert.equal(verdict.reason, reason)
    assert.match(verdict.detail, detail)
  })
}

test('what a node says that it holds no better than this host does is no reason to decline', () => {
  const told = (key: string, value: string) =>
    judge({ node: makeNode({ attributes: [{ key, value }] }) })
  assert.deepEqual(told('memory-limit', 'per-process'), { type: 'accept' })
  assert.deepEqual(told('sandbox', 'crun 1.8.1'), { type: 'accept' })
  const proven = [{ key: 'memory-limit', value: 'total' }]
  const node = makeNode({ attributes: proven })
  assert.deepEqual(judge({ node, proven }), { type: 'accept' })
})

test('an image host with a port allows that port alone, one without allows any', () => {
  const hosts = (...allowed: string[]) =>
    judge({ policy: { ...policy, images: { ...policy.images, hosts: allowed } } }).type
  assert.equal(hosts('127.0.0.1:4001'), 'accept')
  assert.equal(hosts('127.0.0.1'), 'accept')
  assert.equal(hosts('127.0.0.1:4002'), 'decline')
  assert.equal(hosts('27.0.0.1'), 'decline')
})

test('an update needs room for no more than it takes beyond what runs', () => {
  const contract = makeContract({ running: makeSpec() })
  const { resources } = makeSpec()
  const full = makeNode({ total: resources, reserved: resources })
  assert.deepEqual(judge({ contract, node: full }), { type: 'accept' })
  const verdict = judge({ node: full })
  assert.equal(verdict.type === 'decline' && verdict.reason, 'Capacity')
  const larger = judge({ contract, node: full, offer: offer({ memory: resources.memory + 1 }) })
  assert.equal(larger.type === 'decline' && larger.reason, 'Capacity')
})
