import type {
  Attribute,
  Contract,
  DeclineReason,
  Node,
  Offer,
  Resources,
} from '@covenant/chain-client'
import { bodyResources, type Body, type InvalidBody } from '@covenant/schema'
import { parseImageReference } from '@covenant/schema/image'
import type { Policy } from '@covenant/schema/policy'
import type { VolumeName } from './volumes/volume-store.ts'

/** The operator's policy with its groups resolved to their accounts. */
export type ResolvedPolicy = Omit<Policy, 'owners'> & { owners: ReadonlySet<string> }

export type OfferFacts = {
  contract: Pick<Contract, 'id' | 'owner' | 'running'>
  offer: Offer
  /** The offer's body, or what is wrong with it. */
  body: Body | InvalidBody
  node: Pick<Node, 'total' | 'reserved' | 'sealing' | 'attributes'>
  policy: ResolvedPolicy
  /** Why this host cannot sandbox; undefined when it can. */
  noSandbox: string | undefined
  /** Why it cannot ask a workload how it is; undefined when it can. */
  noHealthChecks: string | undefined
  /** Why it cannot hold volumes to their sizes; undefined when it can. */
  noVolumes: string | undefined
  /** The MiB of a volume that is here already and that the contract would go on with. */
  volumeSize: (volume: { contract: number } & VolumeName) => number | undefined
  /** What the sandbox proved, as a node says it on chain. */
  proven: readonly Attribute[]
}

export type Verdict =
  | { type: 'accept' }
  | { type: 'decline'; reason: DeclineReason; detail: string }

/**
 * Whether this node takes an offer, before its images are looked at. In order:
 *
 * 1. `Hardware`: no sandbox can be started here, it holds less than the node says on chain, or has not
 *    what the body asks for: health checks, volumes
 * 2. `Policy`: the owner is not allowed; the body cannot be honoured (unknown keys among what it may
 *    be; a volume that would have to shrink), needs more than the contract reserves, more than the
 *    policy allows, an image from elsewhere or a network mode that is not allowed, or volumes to be
 *    kept that the policy does not keep
 * 3. `Capacity`: what the contract reserves is not left on the node; an update takes the place of what runs
 * 4. `Secrets`: it is sealed to another key than the node's present one
 */
export function judgeOffer(facts: OfferFacts): Verdict {
  const { contract, offer, body, node, policy, noSandbox, noHealthChecks, noVolumes, proven } =
    facts
  const decline = (reason: DeclineReason, detail: string): Verdict => ({
    type: 'decline',
    reason,
    detail,
  })
  if (noSandbox !== undefined) return decline('Hardware', noSandbox)
  const unheld = findUnheld(node.attributes, proven)
  if (unheld !== undefined) return decline('Hardware', unheld)
  if (!policy.owners.has(contract.owner)) {
    return decline('Policy', `the owner ${contract.owner} is not in the policy`)
  }
  if (body instanceof Error) return decline('Policy', body.message)
  const asked = Object.values(body.services).some(({ healthCheck }) => healthCheck !== undefined)
  if (asked && noHealthChecks !== undefined) return decline('Hardware', noHealthChecks)
  if (body.volumes && noVolumes !== undefined) return decline('Hardware', noVolumes)
  const { resources } = offer.spec
  const beyond = firstAbove(bodyResources(body), resources)
  if (beyond) return decline('Policy', `the body needs more ${beyond} than the contract reserves`)
  const tooMuch = firstAbove({ ...resources, gpus: 0, publicIpv4: 0 }, withoutExtras(policy.max))
  if (tooMuch) return decline('Policy', `more ${tooMuch} than the policy allows one contract`)
  for (const [name, { image, network }] of Object.entries(body.services)) {
    const { host } = parseImageReference(image)
    if (!isAllowedHost(host, policy.images.hosts)) {
      return decline(
        'Policy',
        `the image of ${name} comes from ${host}, which is not in the policy`,
      )
    }
    if (!policy.networks.includes(network)) {
      return decline('Policy', `${name} asks for the network mode ${network}`)
    }
  }
  const volumeProblem = judgeVolumes(body, facts)
  if (volumeProblem !== undefined) return decline('Policy', volumeProblem)
  const others = contract.running
    ? difference(node.reserved, contract.running.resources)
    : node.reserved
  const lacking = firstAbove(sum(others, resources), node.total)
  if (lacking) return decline('Capacity', `not enough ${lacking} is left on the node`)
  if (offer.spec.sealingVersion !== node.sealing.version) {
    return decline('Secrets', `sealed to version ${offer.spec.sealingVersion} of the node's key`)
  }
  return { type: 'accept' }
}

function judgeVolumes(
  { name: deployment, volumes = {} }: Body,
  { contract, policy, volumeSize }: OfferFacts,
): string | undefined {
  const { maxSize, maxDays } = policy.volumes.kept
  let kept = 0
  for (const [name, { size, keepOnDelete }] of Object.entries(volumes)) {
    const present = volumeSize({ contract: contract.id, owner: contract.owner, deployment, name })
    if (present !== undefined && present > size) {
      return `the volume ${name} has ${present} MiB here, and cannot shrink to ${size}`
    }
    if (keepOnDelete) kept += size
  }
  if (kept === 0 || (kept <= maxSize && maxDays > 0)) return undefined
  return `${kept} MiB of volumes are to be kept when it is closed, and the policy keeps ${maxSize} for ${maxDays} days`
}

/** Owners choose a node by what it says that it holds: what this host does not is no better than none. */
const LIMITS = new Set(['memory-limit', 'cpu-limit', 'process-limit'])

function findUnheld(told: readonly Attribute[], proven: readonly Attribute[]): string | undefined {
  for (const { key, value } of told) {
    const here = proven.find((attribute) => attribute.key === key)?.value
    if (LIMITS.has(key) && value === 'total' && here !== value) {
      return (
        `the node says on chain that its ${key} is ${value}, and here it is ${here}: start the agent ` +
        "where it has control groups, or run 'covenant node update' with its folder as --data"
      )
    }
  }
  return undefined
}

const KINDS = ['cpu', 'memory', 'storage', 'gpus', 'publicIpv4'] as const

function firstAbove(wanted: Resources, limit: Resources): string | undefined {
  return KINDS.find((kind) => wanted[kind] > limit[kind])
}

function sum(a: Resources, b: Resources): Resources {
  return Object.fromEntries(KINDS.map((kind) => [kind, a[kind] + b[kind]])) as Resources
}

function difference(a: Resources, b: Resources): Resources {
  return Object.fromEntries(KINDS.map((kind) => [kind, a[kind] - b[kind]])) as Resources
}

function withoutExtras(max: Policy['max']): Resources {
  return { ...max, gpus: 0, publicIpv4: 0 }
}

/** An entry with a port allows that port alone, one without allows any. */
function isAllowedHost(host: string, allowed: readonly string[]): boolean {
  return allowed.includes(host) || allowed.includes(host.replace(/:[0-9]+$/, ''))
}
