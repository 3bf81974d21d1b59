/**
 * What a node's agent leaves in its data folder for commands on the same host. The agent replaces
 * the file as a whole; it says what was so at `writtenAt`, and whether `pid` still lives is for the
 * reader to ask.
 */
import { z } from 'zod'
import { EXECUTORS } from './policy.ts'

/** Names within an agent's data folder. */
export const AGENT_FILES = {
  status: 'status.json',
  policy: 'policy.yaml',
  /** Names and passwords for registries; the operator writes it. */
  registryAuth: 'registry-auth.json',
  /** Standard output and error of one service: at most 1 MiB, and as much again in `<name>.1`. */
  log: (contract: number, service: string) => `logs/${contract}/${service}.log`,
} as const

const serviceStatus = z.object({
  name: z.string(),
  /**
   * - `starting`: its image's files are being checked and laid out
   * - `running`: the program runs
   * - `waiting`: it ended or could not start, and is started again at `nextStart`
   * - `ended`: it ended and its restart policy leaves it at that
   * - `stopping`: it was told to stop
   */
  state: z.enum(['starting', 'running', 'waiting', 'ended', 'stopping']),
  /** The program's process on the host, while it runs. */
  pid: z.int().nullable(),
  startedAt: z.iso.datetime().nullable(),
  restarts: z.int(),
  /** How it ended last: the program's code, or 128 and the number of the signal that killed it. */
  exitCode: z.int().nullable(),
  /** Why it could not start, in a sentence that names the file where there is one. */
  error: z.string().nullable(),
  /**
   * What its health check says; null where it has none or its program does not run. One that was
   * started again for being unhealthy stays so until it is well.
   */
  health: z.enum(['starting', 'healthy', 'unhealthy']).nullable(),
  /** What was wrong when it was checked last. */
  healthProblem: z.string().nullable(),
  nextStart: z.iso.datetime().nullable(),
})
export type ServiceStatus = z.infer<typeof serviceStatus>

const contractStatus = z.object({
  id: z.int(),
  version: z.int(),
  /** What the agent is at with this contract; `waiting` with the reason in `detail`. */
  state: z.enum(['fetching', 'accepting', 'running', 'suspended', 'waiting', 'stopping']),
  detail: z.string().nullable(),
  services: z.array(serviceStatus),
})
export type ContractStatus = z.infer<typeof contractStatus>

const sandboxStatus = z.discriminatedUnion('works', [
  z.object({
    works: z.literal(true),
    executor: z.enum(EXECUTORS),
    /** The executor's. */
    version: z.string(),
    /** What bounds a workload's memory, cpu and number of processes here. */
    limits: z.object({
      memory: z.enum(['total', 'per-process']),
      cpu: z.enum(['total', 'none']),
      processes: z.literal('total'),
    }),
    /** Whether a workload can be asked here how it is. */
    healthChecks: z.boolean(),
    /** Whether volumes can be had here, and are held to their sizes. */
    volumes: z.boolean(),
  }),
  z.object({
    works: z.literal(false),
    message: z.string(),
    /** The one command or setting that helps. */
    remedy: z.string(),
  }),
])
export type SandboxStatus = z.infer<typeof sandboxStatus>

export const agentStatusSchema = z.object({
  writtenAt: z.iso.datetime(),
  pid: z.int(),
  /** Null until a node on chain names this agent. */
  node: z.int().nullable(),
  agent: z.string(),
  /** Why it waits, or has ended: another agent may have its seed, or has. */
  seedProblem: z.string().nullable().optional(),
  /** x25519 public keys, 0x-hex. */
  sealingKey: z.string(),
  networkKey: z.string(),
  chain: z.object({ endpoint: z.string(), problem: z.string().nullable() }),
  api: z.object({
    url: z.string(),
    problem: z.string().nullable(),
    /** What it said last that the chain does not bear out; nothing was done for it. */
    refusedClaim: z.string().nullable().optional(),
  }),
  /** What is wrong with the policy file; the policy read before goes on. */
  policyProblem: z.string().nullable(),
  sandbox: sandboxStatus,
  contracts: z.array(contractStatus),
})
export type AgentStatus = z.infer<typeof agentStatusSchema>
