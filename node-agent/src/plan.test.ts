import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_POLICY, parsePolicy } from '@covenant/schema/policy'
import type { Contract, Health, Node } from '@covenant/chain-client'
import { InvalidBody } from '@covenant/schema'
import { parseImageReference } from '@covenant/schema/image'
import { planSteps, type FetchState, type Situation, type Step, type StopReason } from './plan.ts'
import type { TargetContract } from './target.ts'
import { AGENT, IMAGE, makeBody, makeContract, makeNode, makeSpec, OWNER } from './testing.ts'

const NOW = 1000
const policy = { ...parsePolicy(DEFAULT_POLICY, 'policy.yaml'), owners: new Set([OWNER]) }

type Given = Partial<Omit<Situation, 'target' | 'workloads' | 'fetches'>> & {
  node?: Partial<Node>
  contracts?: TargetContract[]
  running?: Record<number, number>
  broken?: string
  canAdjust?: boolean
  fetches?: Record<string, FetchState>
}

function plan({
  node,
  contracts = [],
  running = {},
  broken,
  canAdjust = false,
  fetches = {},
  ...over
}: Given): Step[] {
  return planSteps({
    target: { head: { height: 1, hash: '0x01' }, now: NOW, node: makeNode(node), contracts },
    agent: AGENT,
    endpoint: undefined,
    periods: { heartbeatPeriod: 600, window: 1200, settlePeriod: 86_400, reportPeriod: 600 },
    policy,
    noSandbox: undefined,
    noHealthChecks: undefined,
    noVolumes: undefined,
    volumeSize: () => undefined,
    proven: [],
    workloads: new Map(
      Object.entries(running).map(([id, version]) => [
        Number(id),
        { version, broken: () => broken, canAdjust: () => canAdjust },
      ]),
    ),
    healths: new Map(),
    remembered: new Set(),
    fetches: new Map(Object.entries(fetches)),
    sweepDue: false,
    ...over,
  })
}

function placed(over: Partial<Contract> = {}): TargetContract {
  const contract = makeContract(over)
  return {
    type: 'placed',
    id: contract.id,
    contract,
    running: contract.running ? makeBody() : undefined,
    pending: contract.pending ? makeBody() : undefined,
  }
}

const RUNNING = { state: 'Running', running: makeSpec(), pending: null } as const
const images = [{ reference: parseImageReference(IMAGE), mountPaths: [] }]
const fetch: Step = { action: 'fetch', contract: 1, version: 1, images, storage: 8 }
const accept: Step = { action: 'accept', contract: 1, version: 1, body: '0x00' }
const start: Step = {
  ...{ action: 'start', contract: 1, owner: OWNER, version: 1 },
  body: makeBody(),
}
const decline = (reason: 'Image' | 'Hardware', detail: string): Step => ({
  ...{ action: 'decline', contract: 1, version: 1 },
  ...{ reason, detail },
})
const stop = (why: StopReason): Step => ({
  action: 'stop',
  contract: 1,
  why,
})
const report = (health: Health): Step => ({ action: 'report', contract: 1, health })
const healthy = new Map([[1, 'Healthy']] as const)
const reported = (health: Health, at: number) => [placed({ ...RUNNING, report: { health, at } })]
const away: FetchState = { type: 'unavailable', message: 'away' }
const bad: FetchState = { type: 'invalid', message: 'bad' }

const table: [string, Given, Step[]][] = [
  ['nothing to do', {}, []],

  ['a name to take is taken', { node: { agent: null, namedAgent: AGENT } }, [{ action: 'serve' }]],
  ["another agent's node is left alone", { node: { agent: 'other', lastSeen: 0 } }, []],
  ['a heartbeat is due after a period', { node: { lastSeen: 400 } }, [{ action: 'heartbeat' }]],
  ['and not a second before', { node: { lastSeen: 401 } }, []],
  ['the same endpoint is not announced', { endpoint: 'localhost' }, []],
  [
    'a changed endpoint is announced',
    { endpoint: 'host' },
    [{ action: 'announce', endpoint: 'host' }],
  ],
  ['but not again within half a period', { endpoint: 'host', node: { announcedAt: 701 } }, []],

  ['an offer is fetched first', { contracts: [placed()] }, [fetch]],
  ['then accepted', { contracts: [placed()], fetches: { '1/1': { type: 'fetched' } } }, [accept]],
  [
    'a fetch of another version counts for nothing',
    { contracts: [placed()], fetches: { '1/2': { type: 'fetched' } } },
    [fetch],
  ],
  [
    'an invalid image is declined',
    { contracts: [placed()], fetches: { '1/1': bad } },
    [decline('Image', 'bad')],
  ],
  [
    'a registry that is away is asked again',
    { contracts: [placed()], fetches: { '1/1': away } },
    [fetch],
  ],
  [
    'until shortly before the deadline',
    {
      contracts: [placed({ pending: { spec: makeSpec(), deadline: NOW + 20 } })],
      fetches: { '1/1': away },
    },
    [decline('Image', 'away')],
  ],
  [
    'an offer past its deadline is let be',
    { contracts: [placed({ pending: { spec: makeSpec(), deadline: NOW - 1 } })] },
    [],
  ],
  [
    'without a policy that can be read nothing is judged',
    { contracts: [placed()], policy: undefined },
    [],
  ],
  [
    'offers wait for the node to be served',
    { contracts: [placed()], node: { agent: null, namedAgent: AGENT } },
    [{ action: 'serve' }],
  ],
  [
    'without a sandbox all is declined',
    { contracts: [placed()], noSandbox: 'no bwrap' },
    [decline('Hardware', 'no bwrap')],
  ],

  ['what was accepted is started', { contracts: [placed(RUNNING)] }, [start]],
  ['what runs goes on', { contracts: [placed(RUNNING)], running: { 1: 1 } }, []],
  [
    'what runs goes on when its owner leaves the policy',
    { contracts: [placed(RUNNING)], running: { 1: 1 }, policy: { ...policy, owners: new Set() } },
    [],
  ],
  [
    'what the policy no longer allows is started all the same',
    { contracts: [placed(RUNNING)], policy: undefined },
    [start],
  ],
  [
    'nothing is started without a sandbox, and the chain is told',
    { contracts: [placed(RUNNING)], noSandbox: 'no bwrap' },
    [report('Unhealthy')],
  ],
  [
    'another version replaces the one that runs',
    { contracts: [placed({ ...RUNNING, running: makeSpec({ version: 2 }) })], running: { 1: 1 } },
    [stop('replaced')],
  ],
  [
    'a suspended contract is stopped',
    { contracts: [placed({ ...RUNNING, state: 'Suspended' })], running: { 1: 1 } },
    [stop('suspended')],
  ],
  ['and not started again', { contracts: [placed({ ...RUNNING, state: 'Suspended' })] }, []],
  [
    'an update is fetched beside what runs',
    {
      contracts: [
        placed({ ...RUNNING, pending: { spec: makeSpec({ version: 2 }), deadline: 5000 } }),
      ],
      running: { 1: 1 },
    },
    [{ ...fetch, version: 2 }],
  ],

  [
    'an update waits while its contract is suspended',
    {
      contracts: [
        placed({
          ...RUNNING,
          state: 'Suspended',
          pending: { spec: makeSpec({ version: 2 }), deadline: 5000 },
        }),
      ],
    },
    [],
  ],
  [
    'what another machine runs now is stopped here',
    { contracts: [placed(RUNNING)], running: { 1: 1 }, node: { agent: 'other' } },
    [stop('rotated')],
  ],
  [
    'and not started here',
    { contracts: [placed(RUNNING)], node: { agent: 'other', namedAgent: null } },
    [],
  ],
  [
    'a retired node gives no sign of life and takes nothing new',
    {
      contracts: [placed()],
      endpoint: 'host',
      node: { state: 'Retired', lastSeen: 0 },
    },
    [],
  ],

  [
    'an ended contract is stopped',
    { contracts: [{ type: 'ended', id: 1 }], running: { 1: 1 }, remembered: new Set([1]) },
    [stop('closed')],
  ],
  [
    'then cleared away',
    { contracts: [{ type: 'ended', id: 1 }], remembered: new Set([1]) },
    [{ action: 'forget', contract: 1 }],
  ],
  ['then it is over', { contracts: [{ type: 'ended', id: 1 }] }, []],
  [
    'a contract that the chain does not place here is not stopped',
    { contracts: [{ type: 'foreign', id: 1 }], running: { 1: 1 } },
    [],
  ],
  [
    'what nobody mentions is not stopped',
    { contracts: [], running: { 1: 1 }, remembered: new Set([1]) },
    [],
  ],

  [
    'a day is settled',
    { contracts: [placed(RUNNING)], running: { 1: 1 }, node: { live: 86_400 } },
    [{ action: 'settle', contract: 1 }],
  ],
  [
    'and not a second before',
    { contracts: [placed(RUNNING)], running: { 1: 1 }, node: { live: 86_399 } },
    [],
  ],
  [
    'an escrow that is used up is settled',
    { contracts: [placed({ ...RUNNING, escrow: 50n })], running: { 1: 1 }, node: { live: 50 } },
    [{ action: 'settle', contract: 1 }],
  ],
  [
    'and not a unit before',
    { contracts: [placed({ ...RUNNING, escrow: 51n })], running: { 1: 1 }, node: { live: 50 } },
    [],
  ],
  [
    'a free contract is not used up',
    {
      contracts: [placed({ ...RUNNING, running: makeSpec({ rate: 0n }), escrow: 0n })],
      running: { 1: 1 },
      node: { live: 50 },
    },
    [],
  ],

  [
    'how a contract is, is told',
    { contracts: [placed(RUNNING)], running: { 1: 1 }, healths: healthy },
    [report('Healthy')],
  ],
  [
    'and not told twice',
    { contracts: reported('Healthy', 0), running: { 1: 1 }, healths: healthy },
    [],
  ],
  [
    'what changed is told after a report period',
    { contracts: reported('Unhealthy', NOW - 600), running: { 1: 1 }, healths: healthy },
    [report('Healthy')],
  ],
  [
    'and not a second before',
    { contracts: reported('Unhealthy', NOW - 599), running: { 1: 1 }, healths: healthy },
    [],
  ],
  [
    'nothing is told of what is suspended',
    { contracts: [placed({ ...RUNNING, state: 'Suspended' })], healths: healthy },
    [],
  ],
  [
    'nor of what another machine runs',
    { contracts: [placed(RUNNING)], healths: healthy, node: { agent: 'other' } },
    [],
  ],
  [
    'a version that changes nothing but how programs are looked after is applied to what runs',
    {
      contracts: [placed({ ...RUNNING, running: makeSpec({ version: 2 }) })],
      running: { 1: 1 },
      canAdjust: true,
    },
    [{ action: 'adjust', contract: 1, version: 2, body: makeBody() }],
  ],
  [
    'what can be launched no more is terminated',
    { contracts: [placed(RUNNING)], running: { 1: 1 }, broken: 'main: no image' },
    [{ action: 'terminate', contract: 1, reason: 'Image', detail: 'main: no image' }],
  ],
  [
    'an update of it that runs takes its place first',
    {
      contracts: [placed({ ...RUNNING, running: makeSpec({ version: 2 }) })],
      running: { 1: 1 },
      broken: 'main: no image',
    },
    [stop('replaced')],
  ],
  [
    'a sweep keeps the images of all that is placed here',
    { contracts: [placed(RUNNING)], running: { 1: 1 }, sweepDue: true },
    [{ action: 'sweep', keep: images.map(({ reference }) => reference.digest) }],
  ],
]
for (const [what, given, steps] of table) {
  test(what, () => assert.deepEqual(plan(given), steps))
}

test('a running contract whose body cannot be honoured is not started', () => {
  const one = placed(RUNNING)
  assert.ok(one.type === 'placed')
  assert.deepEqual(plan({ contracts: [{ ...one, running: new InvalidBody([]) }] }), [])
})
