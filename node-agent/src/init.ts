/**
 * Prepares an agent's folder and prints, as JSON, what its operator registers a node with. What is
 * there already (seed, policy) stays as it is.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { AGENT_FILES } from '@covenant/schema/agent-status'
import { sandboxStatus } from './agent.ts'
import { probeHost } from './executors/probe.ts'
import { workloadUid } from './executors/workload-uid.ts'
import { deriveIdentity, readSeed } from './identity.ts'
import { openPolicyFile } from './policy-file.ts'
import { DEFAULT_PRICES, describeHost, offeredResources } from './registration.ts'

const { values } = parseArgs({ options: { data: { type: 'string' } } })
const data = resolve(values.data ?? '.')
const quiet = { debug() {}, info() {}, warn() {}, error() {} }

await mkdir(data, { recursive: true, mode: 0o700 })
const { signer, sealingKey } = deriveIdentity(await readSeed(join(data, 'seed')))
const policy = await openPolicyFile(join(data, AGENT_FILES.policy), quiet)
const uid = workloadUid(signer.address, 0, 'probe')
const folder = await mkdtemp(join(data, '.probe-'))
const host = await probeHost({
  ...{ path: process.env['PATH'] ?? '', uid },
  // On the same disk as the agent's own, which may run now.
  folder,
  executor: policy.current()?.executor,
})
await rm(folder, { recursive: true, force: true })
const sandbox = sandboxStatus(host)
const prepared = {
  ...{ folder: data, agent: signer.address, sealingKey, sandbox },
  policyProblem: policy.problem(),
  resources: offeredResources(data),
  prices: DEFAULT_PRICES,
  attributes: describeHost(sandbox),
}
const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)
process.stdout.write(`${JSON.stringify(prepared, plain)}\n`)
