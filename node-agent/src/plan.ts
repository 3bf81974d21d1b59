import type { Account, Attribute, DeclineReason, Health, Hex } from '@covenant/chain-client'
import type { Body } from '@covenant/schema'
import { fundsAt, liveAt } from '@covenant/schema/funds'
import type { Digest } from '@covenant/schema/image'
import { bodyImages, imageStorage, type BodyImage } from './body-images.ts'
import { judgeOffer, type OfferFacts, type ResolvedPolicy } from './policy.ts'
import type { Target, TargetContract } from './target.ts'
import type { Workload } from './workload.ts'

/** One thing to do. Doing it twice, or after a crash half-way, ends the same. */
export type Step =
  | { action: 'serve' }
  | { action: 'heartbeat' }
  | { action: 'announce'; endpoint: string }
  | { action: 'settle'; contract: number }
  | { action: 'report'; contract: number; health: Health }
  | { action: 'terminate'; contract: number; reason: DeclineReason; detail: string }
  | {
      action: 'fetch'
      contract: number
      version: number
      images: BodyImage[]
      /** What its services reserve, in MiB: an image that unpacks to more is refused. */
      storage: number
    }
  | { action: 'accept'; contract: number; version: number; body: Hex }
  | {
      action: 'decline'
      contract: number
      version: number
      reason: DeclineReason
      detail: string
    }
  | { action: 'start'; contract: number; owner: Account; version: number; body: Body }
  /** Applies a version that differs in nothing but how its programs are looked after. */
  | { action: 'adjust'; contract: number; version: number; body: Body }
  | { action: 'stop'; contract: number; why: StopReason }
  /** Removes what a closed contract left on this node. */
  | { action: 'forget'; contract: number }
  | { action: 'sweep'; keep: Digest[] }

/** `rotated`: the node has another agent now, on another machine. */
export type StopReason = 'closed' | 'suspended' | 'replaced' | 'rotated'

/** How the images of an offer stand; absent when nobody asked for them yet. */
export type FetchState =
  | { type: 'fetched' }
  | { type: 'unavailable'; message: string }
  | { type: 'invalid'; message: string }

export type Situation = {
  target: Target
  agent: Account
  /** What the operator says that the node is reached at; undefined leaves the chain's word alone. */
  endpoint: string | undefined
  periods: {
    heartbeatPeriod: number
    window: number
    settlePeriod: number
    reportPeriod: number
  }
  /** Undefined while the policy file has never been readable: nothing is taken or refused then. */
  policy: ResolvedPolicy | undefined
  noSandbox: string | undefined
  noHealthChecks: string | undefined
  noVolumes: string | undefined
  volumeSize: OfferFacts['volumeSize']
  proven: readonly Attribute[]
  /** Contracts that run here now. */
  workloads: ReadonlyMap<number, Pick<Workload, 'version' | 'broken' | 'canAdjust'>>
  /** How the contracts are that have been so for long enough to be told. */
  healths: ReadonlyMap<number, Health>
  /** Contracts that left something on this node. */
  remembered: ReadonlySet<number>
  /** By `offerKey`. */
  fetches: ReadonlyMap<string, FetchState>
  /** Whether images may have become unused. */
  sweepDue: boolean
}

/** An image that cannot be had is waited for until so many seconds before its offer's deadline. */
export const DECLINE_MARGIN_S = 20

export function offerKey(contract: number, version: number): string {
  return `${contract}/${version}`
}

/** What is to be done now, given what is so and what is to be. Empty when both agree. */
export function planSteps(situation: Situation): Step[] {
  const { target, remembered, workloads, sweepDue } = situation
  const steps = planNode(situation)
  for (const contract of target.contracts) {
    switch (contract.type) {
      case 'placed':
        steps.push(...planContract(situation, contract))
        break
      case 'ended':
        if (workloads.has(contract.id)) {
          steps.push({ action: 'stop', contract: contract.id, why: 'closed' })
        } else if (remembered.has(contract.id)) {
          steps.push({ action: 'forget', contract: contract.id })
        }
        break
      case 'foreign':
        // Nothing on chain says that it may be stopped, nor that it may run.
        break
    }
  }
  if (sweepDue) steps.push({ action: 'sweep', keep: imagesOf(target) })
  return steps
}

function planNode({ target, agent, endpoint, periods }: Situation): Step[] {
  const { node, now } = target
  // A retired node takes no sign of life.
  if (node.state === 'Retired') return []
  if (node.agent !== agent) return node.namedAgent === agent ? [{ action: 'serve' }] : []
  const since = (time: number | null) => (time === null ? Infinity : now - time)
  const steps: Step[] = []
  if (since(node.lastSeen) >= periods.heartbeatPeriod) steps.push({ action: 'heartbeat' })
  const mayAnnounce = since(node.announcedAt) >= periods.heartbeatPeriod / 2
  if (endpoint !== undefined && endpoint !== node.endpoint && mayAnnounce) {
    steps.push({ action: 'announce', endpoint })
  }
  return steps
}

type Placed = Extract<TargetContract, { type: 'placed' }>

/** At most one step for its processes and one for its offer: both come to rest on their own. */
function planContract(situation: Situation, placed: Placed): Step[] {
  const { contract } = placed
  const steps = [...planProcesses(situation, placed), ...planOffer(situation, placed)]
  if (mustSettle(situation, placed)) steps.push({ action: 'settle', contract: contract.id })
  steps.push(...planReport(situation, placed))
  return steps
}

function planProcesses(situation: Situation, placed: Placed): Step[] {
  const { target, agent, workloads, noSandbox } = situation
  const { contract, running } = placed
  const { id } = contract
  const workload = workloads.get(id)
  if (target.node.agent !== agent) {
    return workload ? [{ action: 'stop', contract: id, why: 'rotated' }] : []
  }
  if (contract.state === 'Suspended' && workload) {
    return [{ action: 'stop', contract: id, why: 'suspended' }]
  }
  const spec = contract.running
  if (contract.state !== 'Running' || !spec) return []
  const body = running instanceof Error ? undefined : running
  if (workload && workload.version !== spec.version) {
    if (body && workload.canAdjust(body)) {
      return [{ action: 'adjust', contract: id, version: spec.version, body }]
    }
    return [{ action: 'stop', contract: id, why: 'replaced' }]
  }
  // Nobody is to pay for what can run nowhere: the chain refunds what is left, and says why.
  const detail = workload?.broken()
  if (detail !== undefined) return [{ action: 'terminate', contract: id, reason: 'Image', detail }]
  if (workload || noSandbox !== undefined || !body) return []
  return [{ action: 'start', contract: id, owner: contract.owner, version: spec.version, body }]
}

/** Fetches before it accepts: what was accepted is paid for, so it must be able to start. */
function planOffer(situation: Situation, { contract, pending: body }: Placed): Step[] {
  const { target, policy, noSandbox, noHealthChecks, noVolumes, volumeSize } = situation
  const { proven, fetches, agent } = situation
  const { pending: offer } = contract
  const isOpen =
    contract.state !== 'Suspended' &&
    target.node.state !== 'Retired' &&
    offer !== null &&
    target.now <= offer.deadline
  if (!isOpen || body === undefined || !policy || target.node.agent !== agent) return []
  const { version } = offer.spec
  const about = { contract: contract.id, version }
  const host = { noSandbox, noHealthChecks, noVolumes, volumeSize, proven }
  const verdict = judgeOffer({ contract, offer, body, node: target.node, policy, ...host })
  if (verdict.type === 'decline') {
    return [{ action: 'decline', ...about, reason: verdict.reason, detail: verdict.detail }]
  }
  // A body that is none was declined above.
  const images = body instanceof Error ? [] : bodyImages(body)
  const fetch = fetches.get(offerKey(contract.id, version))
  if (fetch?.type === 'fetched') return [{ action: 'accept', ...about, body: offer.spec.body }]
  const isLate = target.now >= offer.deadline - DECLINE_MARGIN_S
  if (fetch?.type === 'invalid' || (fetch?.type === 'unavailable' && isLate)) {
    return [{ action: 'decline', ...about, reason: 'Image', detail: fetch.message }]
  }
  const storage = body instanceof Error ? 0 : imageStorage(body)
  return [{ action: 'fetch', ...about, images, storage }]
}

/** Free for the agent once a day, and when the escrow is used up: that suspends the contract. */
function mustSettle({ target, periods, agent }: Situation, { contract }: Placed): boolean {
  const { node, now } = target
  if (contract.state !== 'Running' || contract.running === null || node.agent !== agent)
    return false
  const moment = { now, window: periods.window }
  const { rate } = contract.running
  if (fundsAt({ ...contract, rate }, node, moment).state === 'Suspended') return true
  return liveAt(node, moment) - contract.settledAt >= periods.settlePeriod
}

/** Tells the owner how the programs are; what is paid does not depend on it. */
function planReport(situation: Situation, { contract }: Placed): Step[] {
  const { target, agent, periods, noSandbox, healths } = situation
  if (contract.state !== 'Running' || target.node.agent !== agent) return []
  const health = noSandbox === undefined ? healths.get(contract.id) : 'Unhealthy'
  const { report } = contract
  if (health === undefined || health === report?.health) return []
  const isTooSoon = report !== null && target.now - report.at < periods.reportPeriod
  return isTooSoon ? [] : [{ action: 'report', contract: contract.id, health }]
}

function imagesOf({ contracts }: Target): Digest[] {
  return contracts
    .flatMap((one) => (one.type === 'placed' ? [one.running, one.pending] : []))
    .filter((body) => body !== undefined)
    .flatMap((body) => (body instanceof Error ? [] : bodyImages(body)))
    .map(({ reference }) => reference.digest)
}
