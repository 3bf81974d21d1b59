/** What differs between two bodies, in words, and what each difference does to what runs. */
import { z } from 'zod'
import { blake2Hash } from './hash.ts'

/** A body, or one of a later version of this project: what is not known here is still compared. */
export type AnyBody = Readonly<Record<string, unknown>> & {
  services: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const anyBody = z.looseObject({
  services: z.record(z.string(), z.record(z.string(), z.unknown())),
})

/** The body that a text is, of whatever version; undefined where it is none. */
export function readAnyBody(text: string): AnyBody | undefined {
  try {
    return anyBody.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

export type Mark = 'starts' | 'stops' | 'restart' | 'in place' | 'data lost' | 'WIDER ACCESS'

export type Change = {
  /** Where, as in `web.image`. */
  what: string
  /** Null where it was not there. */
  before: string | null
  after: string | null
  marks: Mark[]
}

/** From what reaches nothing to what reaches most. */
const NETWORKS = ['none', 'internal', 'egress']
/** More of these is more that can reach the service, or that it can reach. */
const ACCESS_LISTS = new Set(['ports', 'secrets'])
/** What the agent applies without starting the program anew. */
const IN_PLACE = new Set(['restart', 'healthCheck'])

/** Only what differs; `before` is null where nothing ran. Of secrets it tells names and fingerprints, no values. */
export function compareBodies(before: AnyBody | null, after: AnyBody): Change[] {
  const names = new Set([...Object.keys(before?.services ?? {}), ...Object.keys(after.services)])
  return [
    // Of what begins, the services say it all.
    ...(before === null ? [] : compareRest(before, after)),
    ...[...names].flatMap((name) =>
      compareServices(name, before?.services[name], after.services[name]),
    ),
  ]
}

/** Whether all that differs can be applied to what runs without starting it anew. */
export function changesInPlace(before: AnyBody, after: AnyBody): boolean {
  return compareBodies(before, after).every(({ marks }) => marks.every((one) => one === 'in place'))
}

/** What stands beside the services, as the deployment's name does. */
function compareRest(before: AnyBody, after: AnyBody): Change[] {
  const { services: _before, volumes: volumesBefore, ...from } = before
  const { services: _after, volumes: volumesAfter, ...to } = after
  const rest = compareValues([], { before: from, after: to })
  return [
    ...rest.map((change): Change => ({ ...change, marks: ['restart'] })),
    ...compareVolumes(volumesBefore, volumesAfter),
  ]
}

/** What is kept goes with its volume, unless that said otherwise. */
function compareVolumes(before: unknown, after: unknown): Change[] {
  const [from, to] = [before, after].map((one) => (isObject(one) ? one : {})) as [Values, Values]
  const names = new Set([...Object.keys(from), ...Object.keys(to)])
  return [...names].flatMap((name) => {
    const volume = from[name]
    const isLost =
      volume !== undefined &&
      to[name] === undefined &&
      !(isObject(volume) && volume['keepOnDelete'] === true)
    const marks: Mark[] = isLost ? ['restart', 'data lost'] : ['restart']
    return compareValues(['volumes', name], { before: volume, after: to[name] }).map((change) => ({
      ...change,
      marks,
    }))
  })
}

function compareServices(name: string, before: Service, after: Service): Change[] {
  if (after === undefined) {
    return [{ what: name, before: 'runs', after: null, marks: ['stops'] }]
  }
  if (before === undefined) {
    const marks: Mark[] = ['starts']
    if (isWider('network', 'none', after['network'])) marks.push('WIDER ACCESS')
    return [{ what: name, before: null, after: 'runs', marks }]
  }
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].flatMap((key) =>
    compareValues([name, key], { before: before[key], after: after[key] }).map((change) => ({
      ...change,
      marks: marksOf(key, before[key], after[key]),
    })),
  )
}

type Values = Readonly<Record<string, unknown>>
type Service = Values | undefined
type Pair = { before: unknown; after: unknown }

/** Objects key by key, anything else, and secrets, as a whole. */
function compareValues(path: string[], { before, after }: Pair): Omit<Change, 'marks'>[] {
  const areSecrets = path.at(-1) === 'secrets'
  if (!areSecrets && isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...keys].flatMap((key) =>
      compareValues([...path, key], { before: before[key], after: after[key] }),
    )
  }
  const write = areSecrets ? writtenSecrets : written
  const [from, to] = [write(before), write(after)]
  return from === to ? [] : [{ what: path.join('.'), before: from, after: to }]
}

function marksOf(key: string, before: unknown, after: unknown): Mark[] {
  const marks: Mark[] = [IN_PLACE.has(key) ? 'in place' : 'restart']
  if (isWider(key, before, after)) marks.push('WIDER ACCESS')
  return marks
}

function isWider(key: string, before: unknown, after: unknown): boolean {
  if (key === 'network') return rank(after) > rank(before)
  if (!ACCESS_LISTS.has(key)) return false
  return listOf(after).some((item) => !listOf(before).includes(item))
}

/** A mode that is not known here is taken for the widest. */
function rank(network: unknown): number {
  const at = NETWORKS.findIndex((mode) => mode === (network ?? 'none'))
  return at === -1 ? NETWORKS.length : at
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map((item) => JSON.stringify(item)) : []
}

function written(value: unknown): string | null {
  if (value === undefined) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Each secret's name and the fingerprint of all that is said of it: equal where that is. */
function writtenSecrets(secrets: unknown): string | null {
  if (secrets === undefined) return null
  const named: [name: unknown, secret: unknown][] = Array.isArray(secrets)
    ? secrets.map((secret) => [isObject(secret) ? secret['name'] : undefined, secret])
    : isObject(secrets)
      ? Object.entries(secrets)
      : [[undefined, secrets]]
  return named
    .map(([name, secret]) => `${typeof name === 'string' ? name : '?'} (${fingerprint(secret)})`)
    .join(', ')
}

function fingerprint(secret: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(secret))
  return blake2Hash(bytes).slice('0x'.length, '0x'.length + 16)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
