/**
 * The operator's policy file: what a node's agent accepts. The agent reads it, `covenant node allow`
 * adds to it; both keep the person's comments and order.
 */
import { isSeq } from 'yaml'
import { z } from 'zod'
import { MAX_RESOURCE } from './resources.ts'
import { isAddress } from './ss58.ts'
import { InvalidFile, readYamlFile } from './yaml-document.ts'

export type PolicyOwner = { type: 'group'; id: number } | { type: 'account'; address: string }

/** Where a group's id is written in a policy, a deployment file or a flag: `group:12`. */
const GROUP = /^group:([1-9][0-9]{0,9})$/
const MAX_GROUP = 0xffff_ffff

/** Reads `group:ID` or an address; undefined when the text is neither. */
export function parseOwner(text: string): PolicyOwner | undefined {
  const id = Number(GROUP.exec(text)?.[1])
  if (id <= MAX_GROUP) return { type: 'group', id }
  return isAddress(text) ? { type: 'account', address: text } : undefined
}

/** What programs can be run in; `auto` is the first of them that works. */
export const EXECUTORS = ['bubblewrap', 'crun', 'runc'] as const
export type ExecutorName = (typeof EXECUTORS)[number]

const owner = z
  .string()
  .refine((text) => parseOwner(text) !== undefined, 'not an owner: write group:ID or an address')

const amount = z.int('not a whole number').min(0).max(MAX_RESOURCE)

const imageHost = z
  .string()
  .regex(
    /^(?:\[[0-9a-f:]+\]|[a-zA-Z0-9.-]+)(?::[0-9]{1,5})?$/,
    'not a host: write it as images.example or 127.0.0.1:4001, without https:// and path',
  )

const addresses = z.union(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
  'not addresses: write them as 10.0.0.5 or 10.0.0.0/8',
)

export const policySchema = z.strictObject({
  apiVersion: z.literal('covenant/v1'),
  kind: z.literal('NodePolicy'),
  owners: z
    .array(owner)
    .describe("Whose contracts are accepted, group:ID or an address each; nobody else's are"),
  max: z
    .strictObject({
      cpu: amount.describe('Milli-cores'),
      memory: amount.describe('MiB'),
      storage: amount.describe('MiB'),
    })
    .describe('The most that one contract may reserve'),
  images: z.strictObject({
    hosts: z
      .array(imageHost)
      .describe('Registries that images may come from: a host with any port, or host:port'),
    privateAddresses: z
      .array(addresses)
      .default([])
      .describe(
        'Beside public ones and registries written as addresses: where images may be fetched from',
      ),
    maxSize: amount.describe('The largest image, unpacked, in MiB'),
    unused: z
      .strictObject({
        maxSize: amount.describe('How much of them is kept, in MiB'),
        maxDays: amount.describe('How long they are kept'),
      })
      .default({ maxSize: 1024, maxDays: 7 })
      .describe('Images that no contract needs any more'),
  }),
  volumes: z
    .strictObject({
      kept: z
        .strictObject({
          maxSize: amount.describe('How much of them is kept, in MiB'),
          maxDays: amount.describe('How long they are kept'),
        })
        .describe('Volumes whose bodies ask to be kept once their contracts are closed'),
    })
    .default({ kept: { maxSize: 8192, maxDays: 30 } }),
  executor: z
    .enum(['auto', ...EXECUTORS])
    .default('auto')
    .describe(
      'What programs are run in; auto is the first of them that works. Unlike the rest, it is read when the agent starts',
    ),
  networks: z.array(z.enum(['none'])).describe('The network modes that a service may ask for'),
})
export type Policy = z.infer<typeof policySchema>

/** Where editors find its JSON Schema, from the root of a clone. */
export const POLICY_JSON_SCHEMA = 'schema/policy-v1.json'

/** What an agent writes where there is no policy yet. */
export const DEFAULT_POLICY = `# What this node accepts. The agent reads this file again whenever it changes.
apiVersion: covenant/v1
kind: NodePolicy

# Whose contracts are accepted: addresses, or groups as group:ID. Nobody else's are.
# "covenant node allow OWNER" adds one.
owners: []

# The most that one contract may reserve: cpu in milli-cores, memory and storage in MiB.
max:
  cpu: 2000
  memory: 2048
  storage: 8192

images:
  # Registries that images may come from: a host (any port), or host:port.
  hosts: [127.0.0.1, localhost]
  # Private, loopback and link-local addresses are connected to only if they are named above as
  # addresses, or here, for registries whose names lead to them: 10.0.0.5 or 10.0.0.0/8.
  privateAddresses: []
  # The largest image, unpacked, in MiB.
  maxSize: 2048
  # Images that no contract needs any more: so many MiB of them are kept, for so many days.
  unused:
    maxSize: 1024
    maxDays: 7

volumes:
  # Those that their owners want to find again in the next contract of the same name: so many MiB of
  # them are kept once their contracts are closed, for so many days.
  kept:
    maxSize: 8192
    maxDays: 30

# What programs are run in, from the next start of the agent on: bubblewrap, crun or runc (both need
# root), or auto for the first of them that works here.
executor: auto

# The network modes that a service may ask for.
networks: [none]
`

/** Reads a policy; `file` is how errors call it. @throws InvalidFile */
export function parsePolicy(text: string, file: string): Policy {
  return readYamlFile(text, file, policySchema).value
}

/**
 * The text with `owner` added to its owners, everything else as it was; the same text when the owner
 * is in it already. @throws InvalidFile
 */
export function allowOwner(text: string, allowed: string, file: string): string {
  const { document, value: policy } = readYamlFile(text, file, policySchema)
  if (policy.owners.includes(allowed)) return text
  if (parseOwner(allowed) === undefined) {
    throw new InvalidFile(
      `${JSON.stringify(allowed)} is not an owner: write group:ID or an address`,
    )
  }
  const owners = document.get('owners')
  if (isSeq(owners) && owners.items.length === 0) owners.flow = false
  document.addIn(['owners'], allowed)
  return document.toString({ lineWidth: 0, flowCollectionPadding: false })
}
