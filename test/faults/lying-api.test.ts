import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect, signerFromUri, type Chain } from '@covenant/chain-client'
import { deploy, processesOf, type Deployed } from '../deployment.ts'
import { commandEnvironment, LAUNCHER, ROOT, startStack, until, type Stack } from '../stack.ts'

type Item = { id: string; running: { body: string } | null; pending: { body: string } | null }
type Work = { cursor: string; more: boolean; contracts: Item[] }
/** What a proxy makes of an honest answer. */
type Lie = (work: Work) => Work

const honest: Lie = (work) => work
const alice = signerFromUri('//Alice')

let stack: Stack
let chain: Chain
let proxy: Server
let lie = honest
let answers = 0
/** The last honest answer in which a contract was open. */
let open: Work | undefined
let agent: ChildProcess
let folder: string
/** On the stack's own node, and on the one whose API lies. */
let other: Deployed
let own: Deployed
let pid: number

before(async () => {
  stack = await startStack()
  chain = await connect({ endpoint: stack.urls.chain })
  other = await deploy(stack, chain)
  await until(() => processesOf(other.mark).length === 1)

  proxy = createServer(async (request, response) => {
    // Without its tag an answer comes whole each time.
    const answer = await fetch(`${stack.urls.api}${request.url}`)
    const { data } = (await answer.json()) as { data: { work: Work } }
    if (data.work.contracts.some(({ running, pending }) => running ?? pending)) open = data.work
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ data: { work: lie(data.work) } }))
    answers += 1
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const api = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`

  folder = join(stack.dataFolder, 'lied-to')
  await stack.json('node', 'init', '--data', folder)
  const { node } = await stack.json<{ node: number }>(
    ...['node', 'register', '--data', folder, '--key', '//Eve', '--yes'],
  )
  agent = spawn(process.execPath, [LAUNCHER, 'node', 'run', '--data', folder, '--api', api], {
    ...{ cwd: ROOT, env: commandEnvironment(stack), stdio: 'ignore' },
  })
  await until(async () => (await chain.nodes.get(node))?.agent)
  own = await deploy(stack, chain, { on: { node, data: folder } })
  pid = await until(() => processesOf(own.mark)[0])
})
after(async () => {
  agent.kill('SIGTERM')
  await once(agent, 'exit')
  proxy.closeAllConnections()
  proxy.close()
  await chain.close()
  await stack.stop()
  stack.remove()
})

type Status = { api: { refusedClaim: string | null }; contracts: { id: number }[] }
const status = () => stack.json<Status>('node', 'status', '--data', folder)
const refused = (claim: RegExp) =>
  until(async () => claim.test((await status()).api.refusedClaim ?? ''))

/** Lies for some answers, each of which a round of the agent follows. */
async function lieFor(next: Lie): Promise<void> {
  lie = next
  const from = answers
  await until(() => answers >= from + 4)
}

async function assertUnmoved(): Promise<void> {
  assert.deepEqual(processesOf(own.mark), [pid], 'what runs goes on')
  assert.equal(processesOf(other.mark).length, 1, "another node's contract is not run here too")
  const { contracts } = await status()
  assert.deepEqual(
    contracts.map(({ id }) => id),
    [own.contract],
  )
}

const forged = (id: number, body: string) => ({ id: `${id}`, running: { body }, pending: { body } })

test('an API that leaves everything out stops nothing', async () => {
  await lieFor((work) => ({ ...work, contracts: [] }))
  await assertUnmoved()
})

test("an API that invents contracts, or gives out another node's, starts nothing, and it is said", async () => {
  await lieFor((work) => ({
    ...work,
    contracts: [forged(other.contract, '{}'), forged(4_000, '{}')],
  }))
  await refused(/the API gives contract \d+ to this node, and the chain does not/)
  await assertUnmoved()
})

test('an API that swaps a body changes nothing of what runs, and it is said', async () => {
  await lieFor((work) => ({ ...work, contracts: [forged(own.contract, '{"name":"forged"}')] }))
  await refused(new RegExp(`gives contract ${own.contract} the body 0x[0-9a-f]{64}, and the chain`))
  await assertUnmoved()
})

test('an API that repeats an old answer, of an old head, hides no end of a contract, and it is said', async () => {
  const old = await until(() => open)
  await lieFor(() => old)
  await assertUnmoved()
  const outcome = await chain.submit(
    chain.calls.contracts.cancel({ contract: own.contract }),
    alice,
  )
  assert.ok(outcome.ok)
  await until(() => processesOf(own.mark).length === 0)
  await refused(new RegExp(`gives contract ${own.contract} as open, and the chain has closed it`))
  assert.equal(processesOf(other.mark).length, 1)
})
