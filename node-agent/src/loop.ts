import type { Chain, Head } from '@covenant/chain-client'
import type { Log } from '@covenant/service'
import { createAlarm } from './alarm.ts'
import { createAttempts } from './attempts.ts'
import type { Bodies } from './bodies.ts'
import { isAhead, ofFinalBlocks, refusedClaims } from './claims.ts'
import { planSteps, type Situation, type Step } from './plan.ts'
import { readTarget, type Target } from './target.ts'
import type { WorkClient, WorkItem } from './work.ts'

export type LoopDeps = {
  chain: Pick<Chain, 'finalizedHead' | 'watchFinalized' | 'block' | 'nodes' | 'contracts' | 'clock'>
  node: number
  work: WorkClient
  bodies: Bodies
  /** Everything that the plan depends on beside the target. */
  situation: () => Promise<Omit<Situation, 'target'>>
  perform: (step: Step) => Promise<void>
  /** Told after each round, and whenever a step begins or ends. */
  onRound: (round: Round) => void
  log: Log
  signal: AbortSignal
}

export type Round = {
  target: Target | undefined
  /** The action under way for each contract. */
  busy: ReadonlyMap<number, string>
  /** Why the step that was tried last for a contract failed; it is tried again. */
  failed: ReadonlyMap<number, string>
  chainProblem: string | null
  apiProblem: string | null
  /** What the API said last that the chain does not bear out. */
  refusedClaim: string | null
}

/** The longest that a change of the policy file, or a step to be tried again, waits for its round. */
const ROUND_MS = 1_000
/** Between two questions to an API that answers at once. */
const POLL_MS = 1_000
const MAX_TOLD = 1_000

/**
 * Compares what is to be with what is, does what is missing, and waits for a change; until `signal`
 * aborts, when the steps under way have come to their end. Every round starts from the chain anew, so
 * a step that was lost is planned again and one that was done is not.
 */
export async function runLoop(deps: LoopDeps): Promise<void> {
  const { chain, log, signal } = deps
  const alarm = createAlarm()
  const attempts = createAttempts()
  /** Where the API said to look, and of which block it said so last. */
  const heard = new Map<number, WorkItem['at']>()
  const underWay = new Map<string, { step: Step; done: Promise<void> }>()
  const round: Round & { busy: Map<number, string>; failed: Map<number, string> } = {
    target: undefined,
    busy: new Map(),
    failed: new Map(),
    chainProblem: null,
    apiProblem: null,
    refusedClaim: null,
  }
  /** What the API said since the last round, and what of it was refused and told so far. */
  const claims: WorkItem[] = []
  const refused = new Set<string>()

  const begin = (step: Step) => {
    const key = laneOf(step)
    const perform = async () => {
      try {
        await deps.perform(step)
        attempts.succeeded(attemptKey(step))
        if ('contract' in step) round.failed.delete(step.contract)
      } catch (error) {
        if (signal.aborted) return
        attempts.failed(attemptKey(step))
        if ('contract' in step) round.failed.set(step.contract, (error as Error).message)
        log.warn('a step failed and is tried again', { ...factsOf(step), why: error })
      } finally {
        underWay.delete(key)
        if ('contract' in step) round.busy.delete(step.contract)
        deps.onRound(round)
        alarm.ring()
      }
    }
    if ('contract' in step) round.busy.set(step.contract, step.action)
    underWay.set(key, { step, done: perform() })
  }

  const playRound = async () => {
    // What ends while the chain is read may be missing in what was read: it waits for the next round.
    const busyBefore = new Set(underWay.keys())
    const said = claims.splice(0)
    const situation = await deps.situation()
    const ids = new Set([...heard.keys(), ...situation.remembered, ...situation.workloads.keys()])
    try {
      const head = await chain.finalizedHead()
      // A final block says the same for ever.
      const target = isOf(round.target, head, ids)
        ? round.target
        : await readTarget({ ...deps, head, ids })
      if (round.chainProblem !== null) log.info('the chain answers again')
      round.chainProblem = null
      if (!target) {
        await stopIfRemoved(head, situation.workloads)
        throw new Error(`the chain knows no node ${deps.node} any more`)
      }
      round.target = target
    } catch (error) {
      const { message } = error as Error
      if (message !== round.chainProblem) {
        log.warn('the chain cannot be read; what runs goes on', { why: error })
      }
      round.chainProblem = message
      return
    }
    await judgeClaims(said, round.target)
    forgetUnneeded(round.target)
    for (const step of planSteps({ ...situation, target: round.target })) {
      const lane = laneOf(step)
      if (busyBefore.has(lane) || underWay.has(lane) || !attempts.mayTry(attemptKey(step))) continue
      begin(step)
    }
  }

  /** The chain removes a node only when none of its contracts is open, and gives its id out once. */
  const stopIfRemoved = async (head: Head, workloads: Situation['workloads']) => {
    if (deps.node >= (await chain.nodes.nextId(head.hash))) return
    for (const contract of workloads.keys()) {
      const step: Step = { action: 'stop', contract, why: 'closed' }
      if (!underWay.has(laneOf(step))) begin(step)
    }
  }

  /** What the API said of a block that is not final here yet waits for its judgement. */
  const judgeClaims = async (said: readonly WorkItem[], target: Target) => {
    const ahead = said.filter((claim) => isAhead(claim, target))
    claims.unshift(...ahead.slice(-MAX_TOLD))
    const due = said.filter((claim) => !isAhead(claim, target))
    if (refusedClaims(due, target).length === 0) return
    tellRefused(refusedClaims(await ofFinalBlocks(due, chain), target))
  }

  /** Each once: an API that repeats itself fills no log. */
  const tellRefused = (messages: readonly string[]) => {
    if (refused.size > MAX_TOLD) refused.clear()
    for (const message of messages.filter((one) => !refused.has(one))) {
      refused.add(message)
      round.refusedClaim = message
      log.warn('the API is not believed', { why: message })
    }
  }

  /** Ids that mean nothing here are not asked for again; what is only late comes with the next answer. */
  const forgetUnneeded = (target: Target) => {
    const hashes = new Set<string>()
    for (const one of target.contracts) {
      if (one.type === 'placed') {
        if (one.contract.running) hashes.add(one.contract.running.body)
        if (one.contract.pending) hashes.add(one.contract.pending.spec.body)
        continue
      }
      round.failed.delete(one.id)
      // Not created in finalised state yet: it is looked for again when there is more of it.
      const isLate = isAhead({ at: heard.get(one.id) ?? null }, target)
      if (one.type === 'foreign' && isLate && heard.size <= MAX_TOLD) continue
      heard.delete(one.id)
      if (one.type === 'foreign') deps.work.restart()
    }
    deps.bodies.keep(hashes)
  }

  const pollWork = async () => {
    while (!signal.aborted) {
      try {
        const items = await deps.work.poll(deps.node, signal)
        claims.push(...items)
        for (const { id, bodies, at } of items) {
          heard.set(id, at)
          for (const body of bodies) deps.bodies.hear(body)
        }
        if (round.apiProblem !== null) log.info('the API answers again')
        round.apiProblem = null
        if (items.length > 0) alarm.ring()
      } catch (error) {
        if (signal.aborted) return
        const { message } = error as Error
        if (message !== round.apiProblem) {
          log.warn('the API cannot be asked; what runs goes on', { why: error })
        }
        round.apiProblem = message
      }
      if (!deps.work.wasHeld()) await createAlarm().wait(POLL_MS, signal)
    }
  }

  const stopWatching = chain.watchFinalized(() => alarm.ring())
  const polling = pollWork()
  try {
    while (!signal.aborted) {
      await playRound()
      deps.onRound(round)
      await alarm.wait(ROUND_MS, signal)
    }
  } finally {
    stopWatching()
    await polling
    await Promise.all([...underWay.values()].map(({ done }) => done))
  }
}

/** Whether this is what that block says of these contracts. */
function isOf(target: Target | undefined, head: Head, ids: ReadonlySet<number>): target is Target {
  return (
    target?.head.hash === head.hash &&
    target.contracts.length === ids.size &&
    target.contracts.every(({ id }) => ids.has(id))
  )
}

/** Steps of one lane follow one another: one for each contract, one for the node's own calls. */
function laneOf(step: Step): string {
  if ('contract' in step) return `contract ${step.contract}`
  return step.action === 'sweep' ? 'images' : 'node'
}

/** A failure holds back its own kind of step alone: an accept that fails never delays a stop. */
function attemptKey(step: Step): string {
  return `${step.action} ${laneOf(step)}`
}

function factsOf(step: Step): Record<string, unknown> {
  return { action: step.action, ...('contract' in step ? { contract: step.contract } : {}) }
}
