/**
 * The file in which a person writes a deployment, and the body that it stands for. What
 * covenant/v1 does not do yet is refused by name rather than ignored.
 */
import { z } from 'zod'
import { InvalidAmount, parseAmount } from './amount.ts'
import {
  type Body,
  bodyHash,
  bodyInputSchema,
  completeBody,
  encodeBody,
  InvalidBody,
} from './body.ts'
import type { Hex } from './hash.ts'
import { parseImageReference, InvalidImageReference } from './image.ts'
import { parseOwner } from './policy.ts'
import { CPU_FORM, parseCpu, parseSize, SIZE_FORM } from './quantity.ts'
import { volumeInput } from './volume.ts'
import { InvalidFile, readYamlFile } from './yaml-document.ts'

/** A month of a budget has 30 days. */
export const BUDGET_SECONDS = { hour: 3_600, day: 86_400, month: 2_592_000 } as const

const bodyShape = bodyInputSchema.shape
const bodyService = bodyShape.services.valueType.shape

const notYet = (what: string) => z.never(`not supported by covenant/v1 yet: ${what}`).optional()

const quantity = (read: (text: string) => number | undefined, form: string) =>
  z
    .union([z.string(), z.number()], form)
    .transform((written, context) => {
      const amount = read(String(written))
      if (amount !== undefined) return amount
      context.addIssue({ code: 'custom', message: `${JSON.stringify(written)}: ${form}` })
      return z.NEVER
    })
    .describe(form)

const image = z.string().superRefine((text, context) => {
  try {
    parseImageReference(text)
  } catch (error) {
    if (!(error instanceof InvalidImageReference)) throw error
    const pin = text.includes('@')
      ? ''
      : `; "covenant image pin ${text}" asks its registry and prints the reference to write here, ` +
        '"covenant image pack" that of programs of your own'
    context.addIssue({ code: 'custom', message: `${error.message}${pin}` })
  }
})

const amount = z.string().transform((text, context) => {
  try {
    return parseAmount(text)
  } catch (error) {
    if (!(error instanceof InvalidAmount)) throw error
    context.addIssue({ code: 'custom', message: error.message })
    return z.NEVER
  }
})

const owner = z.string().transform((text, context) => {
  const parsed = parseOwner(text)
  if (parsed !== undefined) return parsed
  const message = `${JSON.stringify(text)} is no owner: write group:ID or an address`
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

const service = z.strictObject({
  image: image.describe(
    'host[:port]/repository[:tag]@sha256:…; "covenant image pin REFERENCE" prints it',
  ),
  command: bodyService.command.describe('The program and its arguments; no shell is added'),
  env: bodyService.env.describe('Variables. A body is public: no secrets here'),
  resources: z
    .strictObject({
      cpu: quantity(parseCpu, CPU_FORM),
      memory: quantity(parseSize, SIZE_FORM),
      disk: quantity(parseSize, SIZE_FORM).default(0),
    })
    .describe('Reserved on the node, and the limit of what the service can use'),
  restart: bodyService.restart.describe('When its program is started again after it ended'),
  network: z
    .enum(['none'], 'only none is supported by covenant/v1 yet: a service reaches no network')
    .default('none')
    .describe('What the service reaches'),
  healthCheck: bodyService.healthCheck.describe(
    'How the node finds out whether it works, over its own loopback; without one it is well while its program runs',
  ),
  secrets: notYet('a service has no secrets; never write one into env, bodies are public'),
  volumes: bodyService.volumes.describe(
    'Folders that keep what is written there; nothing else that a service writes outlives its program',
  ),
  ports: notYet('a service cannot be reached from a network'),
})

/** As many contracts as one proposal can create: the chain keeps a batch of so many creates. */
export const MAX_PLACES = 64

const nodeId = z.int('must be the id of a node, as in "covenant node list"').min(1)

const placement = z
  .strictObject({
    node: nodeId.optional().describe('The node that is to run it'),
    nodes: z
      .union(
        [
          z.array(nodeId).min(1).max(MAX_PLACES),
          z.strictObject({ region: z.array(z.string().min(1)).min(1) }),
        ],
        'must be ids of nodes, as in [1, 2], or where they are, as in { region: [eu] }',
      )
      .optional()
      .describe('The nodes that are each to run it, by their ids; or the regions to choose from'),
    replicas: z
      .int('must be a whole number')
      .min(1)
      .max(MAX_PLACES)
      .optional()
      .describe(
        'On how many nodes, chosen by price among those that have room; one where left out',
      ),
  })
  .superRefine(({ node, nodes, replicas }, context) => {
    const say = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (node !== undefined && nodes !== undefined) say('nodes', 'write node or nodes, not both')
    const isNamed = node !== undefined || Array.isArray(nodes)
    if (isNamed && replicas !== undefined) {
      say('replicas', 'each node that is named has one; remove it, or name no nodes')
    }
    if (Array.isArray(nodes) && new Set(nodes).size < nodes.length) {
      say('nodes', 'a node is named twice: one contract of a name is on each')
    }
  })
/** Where a deployment is to run: each place becomes one contract. */
export type Placement = z.infer<typeof placement>

export const deploymentSchema = z.strictObject({
  apiVersion: z.literal('covenant/v1', 'must be covenant/v1'),
  kind: z.literal('Deployment', 'must be Deployment'),
  name: bodyShape.name.describe('Lowercase letters, digits and inner hyphens'),
  owner: owner.optional().describe('group:ID or an address; where it is left out, whoever deploys'),
  budget: z
    .strictObject({
      max: amount.describe('As in "12.5 COV"'),
      per: z.enum(['hour', 'day', 'month'], 'must be hour, day or month (of 30 days)'),
    })
    .describe(
      'The most that it may cost, in equal parts for its contracts; each is refused on a node that costs more than its part',
    ),
  placement: placement.optional(),
  services: z
    .record(bodyShape.services.keyType, service)
    .describe('Programs that run together, each with files and limits of its own'),
  volumes: z
    .record(
      bodyShape.name,
      volumeInput.extend({
        size: quantity(parseSize, SIZE_FORM).describe(
          'Held for it on the node, its file system included; it can grow, and never shrinks',
        ),
        keepOnDelete: volumeInput.shape.keepOnDelete.describe(
          'Whether it waits for the next contract of this owner and name there once this one is closed, as long as the node keeps such volumes; else it is deleted then',
        ),
      }),
    )
    .optional()
    .describe('Each is mounted by one service'),
})
export type Deployment = z.infer<typeof deploymentSchema>

export type DeploymentFile = {
  deployment: Deployment
  body: Body
  /** The body's canonical bytes and their hash: what goes on chain. */
  bytes: Uint8Array
  hash: Hex
  /** The most that the budget lets a second cost; what is left of the division is not spent. */
  maxRate: bigint
  /** An error about a value that only its use showed to be wrong, with its place in the file. */
  problem: (path: readonly PropertyKey[], message: string) => InvalidFile
}

/** Reads a deployment file; `file` is how errors call it. @throws InvalidFile */
export function readDeployment(text: string, file: string): DeploymentFile {
  const { value: deployment, problem, problems } = readYamlFile(text, file, deploymentSchema)
  try {
    const body = deploymentBody(deployment)
    const bytes = encodeBody(body)
    const maxRate = deployment.budget.max / BigInt(BUDGET_SECONDS[deployment.budget.per])
    return { deployment, body, bytes, hash: bodyHash(bytes), maxRate, problem }
  } catch (error) {
    if (!(error instanceof InvalidBody)) throw error
    throw problems(
      error.problems.map(({ path, message }) => ({
        // The body's word for what people write as `disk`.
        path: path.at(-1) === 'storage' ? [...path.slice(0, -1), 'disk'] : path,
        message,
      })),
    )
  }
}

/** What a node is asked to run: the file without what only chain and group need. Throws {@link InvalidBody}. */
export function deploymentBody({ apiVersion, name, services, volumes }: Deployment): Body {
  return completeBody({
    apiVersion,
    name,
    services: Object.fromEntries(
      Object.entries(services).map(([key, { resources, ...rest }]) => {
        const { cpu, memory, disk } = resources
        return [key, { ...rest, resources: { cpu, memory, storage: disk } }]
      }),
    ),
    ...(volumes === undefined ? {} : { volumes }),
  })
}
