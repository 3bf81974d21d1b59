import { z } from 'zod'
import { canonicalJson } from './canonical.ts'
import { blake2Hash, type Hex } from './hash.ts'
import { healthCheck, healthCheckInput } from './health-check.ts'
import { imageReferenceText } from './image.ts'
import { MAX_RESOURCE, type Resources } from './resources.ts'
import {
  MAX_VOLUMES,
  volume,
  volumeInput,
  volumeMount,
  volumeProblems,
  type Volume,
} from './volume.ts'

/** The chain's `MaxBodyLen`. */
export const MAX_BODY_BYTES = 16_384
export const MAX_SERVICES = 16

/** The longest label of a host name (RFC 1123), and names here become parts of host names. */
const MAX_NAME = 63

const NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/

/** Whether a deployment, or a service, may have this name. */
export function isName(text: string): boolean {
  return text.length <= MAX_NAME && NAME.test(text)
}

const name = z
  .string()
  .max(MAX_NAME, `longer than ${MAX_NAME} characters`)
  .regex(NAME, 'not a name: lowercase letters, digits and inner hyphens, as in "web-1"')

const text = z
  .string()
  .refine((value) => !value.includes('\0'), 'holds a NUL, which no program can be given')
  .refine((value) => value.isWellFormed(), 'holds a lone surrogate, which is no Unicode text')

const envKey = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'not a variable: letters, digits and underscores, no digit first, as in "LOG_LEVEL"',
  )

const amount = (least: number) =>
  z.int().min(least).max(MAX_RESOURCE, `more than the chain can count (${MAX_RESOURCE})`)

const service = z.strictObject({
  image: imageReferenceText,
  command: z.array(text).min(1, 'empty: the first item is the program'),
  env: z.record(envKey, text),
  resources: z.strictObject({
    cpu: amount(1).describe('milli-cores'),
    memory: amount(1).describe('MiB'),
    storage: amount(0).describe('MiB'),
  }),
  restart: z.enum(['always', 'on-failure', 'never']),
  network: z.enum(['none']),
  /** Without one a service is well while its program runs. */
  healthCheck: healthCheck.optional(),
  /** Left out where there are none, so that a body has one form. */
  volumes: z.array(volumeMount).min(1, 'empty: leave it out').optional(),
})

const body = <S extends z.ZodType<BodyService>, V extends z.ZodType<Volume>>(one: S, kept: V) =>
  z
    .strictObject({
      apiVersion: z.literal('covenant/v1'),
      name,
      services: z
        .record(name, one)
        .refine((services) => Object.keys(services).length >= 1, 'empty: at least one service')
        .refine(
          (services) => Object.keys(services).length <= MAX_SERVICES,
          `more than ${MAX_SERVICES} services`,
        ),
      volumes: z
        .record(name, kept)
        .refine((volumes) => Object.keys(volumes).length >= 1, 'empty: leave it out')
        .refine(
          (volumes) => Object.keys(volumes).length <= MAX_VOLUMES,
          `more than ${MAX_VOLUMES} volumes`,
        )
        .optional(),
    })
    .superRefine(({ services, volumes = {} }, context) => {
      for (const problem of volumeProblems(volumes, services)) {
        context.addIssue({ code: 'custom', ...problem })
      }
      const total = sumResources(Object.values(services), Object.values(volumes))
      for (const kind of ['cpu', 'memory', 'storage'] as const) {
        // One that is too much by itself is told where it stands.
        const alone = Object.values(services).some(
          ({ resources }) => resources[kind] > MAX_RESOURCE,
        )
        if (total[kind] <= MAX_RESOURCE || alone) continue
        context.addIssue({
          code: 'custom',
          path: ['services'],
          message: `${kind} adds up to more than ${MAX_RESOURCE}`,
        })
      }
    })

export type BodyService = z.infer<typeof service>

/** What a node is asked to run. Every value is written out, so changing a default never changes a hash. */
export const bodySchema = body(service, volume)
export type Body = z.infer<typeof bodySchema>

/** A body as a person writes it: what has a default may be left out. */
export const bodyInputSchema = body(
  service.extend({
    env: service.shape.env.default({}),
    restart: service.shape.restart.default('always'),
    network: service.shape.network.default('none'),
    healthCheck: healthCheckInput.optional(),
  }),
  volumeInput,
)
export type BodyInput = z.input<typeof bodyInputSchema>

export type BodyProblem = { path: readonly (string | number)[]; message: string }

/** A body that cannot be honoured; `problems` holds all that is wrong with it, each with its place. */
export class InvalidBody extends Error {
  readonly problems: readonly BodyProblem[]

  constructor(problems: readonly BodyProblem[]) {
    super(
      `invalid body: ${problems.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; ')}`,
    )
    this.name = 'InvalidBody'
    this.problems = problems
  }
}

/** Checks what a person wrote and writes every default out. Throws {@link InvalidBody}. */
export function completeBody(input: unknown): Body {
  return check(bodyInputSchema, input)
}

/** The canonical bytes of a body, at most {@link MAX_BODY_BYTES}; throws {@link InvalidBody}. */
export function encodeBody(value: Body): Uint8Array {
  const bytes = new TextEncoder().encode(canonicalJson(check(bodySchema, value)))
  refuseLong(bytes)
  return bytes
}

/**
 * The body that `bytes` are. They must be exactly what {@link encodeBody} gives for it: another order of keys, a
 * duplicate key or a space is refused, so one body has one hash. Throws {@link InvalidBody}.
 */
export function parseBody(bytes: Uint8Array): Body {
  refuseLong(bytes)
  const source = decodeUtf8(bytes)
  const parsed = check(bodySchema, parseJson(source))
  if (canonicalJson(parsed) !== source)
    throw new InvalidBody([{ path: [], message: 'not canonical JSON (RFC 8785)' }])
  return parsed
}

/** The hash by which the chain knows a body of these bytes. */
export function bodyHash(bytes: Uint8Array): Hex {
  return blake2Hash(bytes)
}

/** What the services and volumes of a body need together: what its contract has to reserve. */
export function bodyResources({ services, volumes = {} }: Body): Resources {
  const total = sumResources(Object.values(services), Object.values(volumes))
  return { ...total, gpus: 0, publicIpv4: 0 }
}

function sumResources(services: readonly BodyService[], volumes: readonly Volume[]) {
  const total = { cpu: 0, memory: 0, storage: 0 }
  for (const { size } of volumes) total.storage += size
  for (const { resources } of services) {
    total.cpu += resources.cpu
    total.memory += resources.memory
    total.storage += resources.storage
  }
  return total
}

function check<T>(schema: z.ZodType<T>, value: unknown): T {
  refuseProto(value, [])
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new InvalidBody(result.error.issues.flatMap(problemsOf))
}

/** Zod leaves a key named `__proto__` out without a word, and nothing of a body may vanish. */
function refuseProto(value: unknown, path: readonly (string | number)[]): void {
  if (typeof value !== 'object' || value === null) return
  if (Object.hasOwn(value, '__proto__')) {
    throw new InvalidBody([{ path: [...path, '__proto__'], message: 'not a usable key' }])
  }
  for (const [key, item] of Object.entries(value)) refuseProto(item, [...path, key])
}

/** Zod tells of a bad key in a record by an issue within an issue, and of unknown keys by one for all. */
function problemsOf(issue: z.core.$ZodIssue): BodyProblem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path, message }))
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], message: 'unknown key' }))
  return [{ path, message: issue.message }]
}

function refuseLong(bytes: Uint8Array): void {
  if (bytes.length <= MAX_BODY_BYTES) return
  throw new InvalidBody([
    { path: [], message: `${bytes.length} bytes long, at most ${MAX_BODY_BYTES} are allowed` },
  ])
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    // Without ignoreBOM the decoder drops a leading byte order mark, and other bytes would give the same text.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new InvalidBody([{ path: [], message: 'not UTF-8' }])
  }
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source)
  } catch (error) {
    throw new InvalidBody([{ path: [], message: `not JSON: ${(error as Error).message}` }])
  }
}
