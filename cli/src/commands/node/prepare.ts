import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { EXECUTORS } from '@covenant/schema/policy'
import { z } from 'zod'
import { CliError } from '../../errors.ts'

const INIT = fileURLToPath(import.meta.resolve('@covenant/node-agent/init'))

const price = z.string().transform(BigInt)
const preparedShape = z.object({
  folder: z.string(),
  agent: z.string(),
  sealingKey: z.templateLiteral(['0x', z.string()]),
  sandbox: z.discriminatedUnion('works', [
    z.object({ works: z.literal(true), executor: z.enum(EXECUTORS), version: z.string() }),
    z.object({ works: z.literal(false), message: z.string(), remedy: z.string() }),
  ]),
  policyProblem: z.string().nullable(),
  resources: z.object({
    ...{ cpu: z.int(), memory: z.int(), storage: z.int(), gpus: z.int(), publicIpv4: z.int() },
  }),
  prices: z.object({
    ...{ cpu: price, memory: price, storage: price, gpu: price, publicIpv4: price },
  }),
  attributes: z.array(z.object({ key: z.string(), value: z.string() })),
})
/** What a node is registered with, from the agent that is to serve it and a real probe of this host. */
export type Prepared = z.infer<typeof preparedShape>

/** Makes an agent's folder where it is missing; the seed and the policy that are there stay. */
export async function prepareNode(data: string): Promise<Prepared> {
  try {
    const args = [INIT, `--data=${resolve(data)}`]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    return preparedShape.parse(JSON.parse(stdout))
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string }
    const said = /^\w*Error: (.*)$/m.exec(stderr)?.[1] ?? message
    throw new CliError(`${data} cannot be prepared: ${said}`, undefined, { cause: error })
  }
}
