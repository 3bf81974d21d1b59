/**
 * Random histories of a node: offers, updates, closes, suspensions, crashes and wiped folders in any
 * order, each step taken as the agent and the chain would. Whatever came before, the plan comes to
 * rest, and what runs is then what the chain says.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Contract, Health } from '@covenant/chain-client'
import { fundsAt, liveAt } from '@covenant/schema/funds'
import { createDice, type Dice } from '@covenant/schema/testing-dice'
import { DEFAULT_POLICY, parsePolicy } from '@covenant/schema/policy'
import { offerKey, planSteps, type FetchState, type Situation, type Step } from './plan.ts'
import type { TargetContract } from './target.ts'
import { AGENT, makeBody, makeContract, makeNode, makeSpec, OWNER } from './testing.ts'
import type { Workload } from './workload.ts'

const HISTORIES = 300
const MOVES = 120
/** Rounds within which a node that nothing happens to must have come to rest. */
const ROUNDS_TO_REST = 30
const PERIODS = { heartbeatPeriod: 600, window: 1200, settlePeriod: 86_400, reportPeriod: 600 }
const policy = { ...parsePolicy(DEFAULT_POLICY, 'policy.yaml'), owners: new Set([OWNER]) }

function createWorld(dice: Dice) {
  const chain = { now: 1_000, node: makeNode(), nextId: 1, open: new Map<number, Contract>() }
  const here = {
    noSandbox: undefined as string | undefined,
    noHealthChecks: undefined,
    noVolumes: undefined,
    volumeSize: () => undefined,
    proven: [],
    hasPolicy: true,
    calm: false,
    workloads: new Map<number, Pick<Workload, 'version' | 'broken' | 'canAdjust'>>(),
    remembered: new Set<number>(),
    healths: new Map<number, Health>(),
    fetches: new Map<string, FetchState>(),
    sweepDue: true,
  }
  const steps = new Map<Step['action'], number>()
  const change = (id: number, over: Partial<Contract>) => {
    const contract = chain.open.get(id)
    if (contract) chain.open.set(id, { ...contract, ...over })
  }

  const target = (): TargetContract[] => {
    const ids = new Set([...chain.open.keys(), ...here.remembered, ...here.workloads.keys()])
    return [...ids].map((id): TargetContract => {
      const contract = chain.open.get(id)
      if (!contract) return { type: 'ended', id }
      const running = contract.running ? makeBody() : undefined
      return {
        type: 'placed',
        id,
        contract,
        running,
        pending: contract.pending ? makeBody() : undefined,
      }
    })
  }
  const situation = (): Situation => ({
    ...here,
    target: {
      head: { height: 1, hash: '0x01' },
      now: chain.now,
      node: chain.node,
      contracts: target(),
    },
    agent: AGENT,
    endpoint: 'localhost',
    periods: PERIODS,
    policy: here.hasPolicy ? policy : undefined,
  })

  /** What comes of a step. The chain refuses what is not so any more, and nothing changes then. */
  const take = (step: Step) => {
    steps.set(step.action, (steps.get(step.action) ?? 0) + 1)
    const id = 'contract' in step ? step.contract : 0
    const contract = chain.open.get(id)
    const offer = contract?.pending
    switch (step.action) {
      case 'serve':
        chain.node = { ...chain.node, agent: AGENT, namedAgent: null, lastSeen: chain.now }
        break
      case 'heartbeat':
        chain.node = {
          ...chain.node,
          live: liveAt(chain.node, { now: chain.now, window: PERIODS.window }),
          lastSeen: chain.now,
        }
        break
      case 'announce':
        chain.node = { ...chain.node, endpoint: step.endpoint, announcedAt: chain.now }
        break
      case 'settle': {
        if (!contract?.running) break
        const moment = { now: chain.now, window: PERIODS.window }
        const { rate } = contract.running
        const { due, state } = fundsAt({ ...contract, rate }, chain.node, moment)
        change(id, {
          escrow: contract.escrow - due,
          settledAt: liveAt(chain.node, moment),
          ...(state === 'Suspended' ? { state, suspendedAt: chain.now } : {}),
        })
        break
      }
      case 'report':
        assert.equal(contract?.state, 'Running')
        change(id, { report: { health: step.health, at: chain.now } })
        break
      case 'terminate':
        chain.open.delete(id)
        break
      case 'fetch': {
        const found: FetchState[] = [
          { type: 'fetched' },
          { type: 'unavailable', message: 'away' },
          { type: 'invalid', message: 'bad' },
        ]
        const state: FetchState = here.calm ? { type: 'fetched' } : dice.of(found)
        here.fetches.set(offerKey(id, step.version), state)
        break
      }
      case 'accept':
        here.remembered.add(id)
        if (!contract || offer?.spec.version !== step.version) break
        assert.notEqual(contract.state, 'Suspended')
        change(id, { state: 'Running', running: offer.spec, pending: null })
        here.fetches.delete(offerKey(id, step.version))
        break
      case 'decline':
        if (!contract || offer?.spec.version !== step.version) break
        if (contract.running) change(id, { pending: null })
        else chain.open.delete(id)
        break
      case 'start':
        assert.equal(contract?.state, 'Running', 'only what runs by the chain is started')
        assert.equal(contract.running?.version, step.version)
        assert.equal(chain.node.agent, AGENT)
        here.remembered.add(id)
        here.workloads.set(id, {
          version: step.version,
          broken: () => undefined,
          canAdjust: () => dice.chance(3 / 4),
        })
        break
      case 'adjust': {
        const workload = here.workloads.get(id)
        assert.ok(workload && contract?.state === 'Running', 'only what runs is adjusted')
        assert.equal(contract.running?.version, step.version)
        here.workloads.set(id, { ...workload, version: step.version })
        break
      }
      case 'stop': {
        const isWanted =
          contract?.state === 'Running' &&
          chain.node.agent === AGENT &&
          contract.running?.version === here.workloads.get(id)?.version
        assert.ok(!isWanted, 'nothing is stopped that is to run')
        here.workloads.delete(id)
        break
      }
      case 'forget':
        assert.ok(!contract && !here.workloads.has(id), 'only what has ended is cleared away')
        here.remembered.delete(id)
        break
      case 'sweep':
        here.sweepDue = false
    }
  }

  /** Something happens on the chain or on the host. */
  const move = () => {
    const ids = [...chain.open.keys()]
    const id = ids.length === 0 ? 0 : dice.of(ids)
    const contract = chain.open.get(id)
    const offer = (version: number) => ({
      spec: makeSpec({ version, rate: BigInt(dice.below(3)) }),
      deadline: chain.now + dice.below(500),
    })
    switch (dice.below(15)) {
      case 0:
      case 1: {
        const next = chain.nextId++
        const escrow = BigInt(1 + dice.below(4_000))
        const created = { id: next, owner: dice.chance(1 / 8) ? 'nobody' : OWNER, escrow }
        chain.open.set(next, makeContract({ ...created, pending: offer(1) }))
        break
      }
      case 2:
        if (contract && contract.state !== 'Suspended') {
          const version = contract.version + 1
          change(id, { version, pending: offer(version) })
        }
        break
      case 3:
        chain.open.delete(id)
        break
      case 4:
        if (contract?.state === 'Running') change(id, { state: 'Suspended', escrow: 0n })
        break
      case 5:
        if (contract?.state === 'Suspended') change(id, { state: 'Running', escrow: 3_000n })
        break
      case 6:
      case 7:
        chain.now += dice.below(dice.chance(1 / 6) ? 90_000 : 400)
        break
      case 8:
        // Killed: its programs end with it.
        here.workloads.clear()
        here.healths.clear()
        here.fetches.clear()
        here.sweepDue = true
        break
      case 9:
        if (dice.chance(1 / 4)) {
          here.workloads.clear()
          here.remembered.clear()
          here.fetches.clear()
        }
        break
      case 10:
        chain.node = dice.chance(1 / 2)
          ? { ...chain.node, agent: 'another', namedAgent: null }
          : { ...chain.node, agent: 'another', namedAgent: AGENT }
        break
      case 11:
        here.noSandbox = dice.chance(1 / 3) ? 'no bwrap' : undefined
        break
      case 12:
        here.hasPolicy = !dice.chance(1 / 4)
        break
      case 13:
        for (const [running, workload] of here.workloads) {
          here.healths.set(running, dice.of(['Healthy', 'Unhealthy', 'Ended'] as const))
          const isBroken = dice.chance(1 / 5)
          if (isBroken) here.workloads.set(running, { ...workload, broken: () => 'no image' })
        }
        break
      case 14: {
        // An update that was accepted before a crash, and lands now.
        if (contract?.state !== 'Running') break
        const version = contract.version + 1
        change(id, { version, running: offer(version).spec, pending: null })
      }
    }
  }
  return { chain, here, situation, take, move, steps }
}

/**
 * Of the steps of one contract the loop begins the first, and plans anew when it is over. The node's
 * own calls come to their end last: the others were planned before what they change.
 */
function firstOfEach(steps: readonly Step[]): Step[] {
  const lanes = new Map<unknown, Step>()
  for (const step of steps) {
    const lane = 'contract' in step ? step.contract : step.action
    if (!lanes.has(lane)) lanes.set(lane, step)
  }
  const isOfNode = (step: Step) => ('contract' in step ? 0 : 1)
  return [...lanes.values()].toSorted((a, b) => isOfNode(a) - isOfNode(b))
}

test('whatever has happened, the plan comes to rest with what the chain says', () => {
  const reached = new Map<string, number>()
  for (let seed = 1; seed <= HISTORIES; seed += 1) {
    const dice = createDice(seed)
    const { chain, here, situation, take, move, steps } = createWorld(dice)
    for (let count = 0; count < MOVES; count += 1) {
      move()
      // Some steps are lost on the way, and the rest come late.
      for (const step of firstOfEach(planSteps(situation()))) if (!dice.chance(1 / 5)) take(step)
    }

    chain.node = { ...chain.node, agent: 'another', namedAgent: AGENT }
    Object.assign(here, { noSandbox: undefined, hasPolicy: true, calm: true })
    here.fetches.clear()
    let rounds = 0
    for (; ; rounds += 1) {
      assert.ok(rounds < ROUNDS_TO_REST, `seed ${seed} does not come to rest`)
      const next = planSteps(situation())
      if (next.length === 0) break
      for (const step of firstOfEach(next)) take(step)
    }

    const wanted = [...chain.open.values()].filter(({ state }) => state === 'Running')
    assert.deepEqual(
      new Map([...here.workloads].map(([id, { version }]) => [id, version])),
      new Map(wanted.map(({ id, running }) => [id, running?.version])),
      `seed ${seed}`,
    )
    for (const { id, state, pending } of chain.open.values()) {
      const isOpen = pending && state !== 'Suspended' && chain.now <= pending.deadline
      assert.ok(!isOpen, `seed ${seed}: the offer of ${id} is answered`)
    }
    for (const id of here.remembered)
      assert.ok(chain.open.has(id), `seed ${seed}: ${id} is cleared`)
    for (const [action, times] of steps) reached.set(action, (reached.get(action) ?? 0) + times)
  }

  console.log(Object.fromEntries(reached))
  const actions = ['serve', 'heartbeat', 'settle', 'report', 'terminate', 'fetch', 'accept']
  for (const action of [...actions, 'decline', 'start', 'adjust', 'stop', 'forget', 'sweep']) {
    const times = reached.get(action) ?? 0
    assert.ok(times >= HISTORIES / 10, `${action} was planned ${times} times`)
  }
})
