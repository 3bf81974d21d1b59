import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connect, signerFromUri, type Chain } from '@covenant/chain-client'
import { bodyHash, bodyResources, encodeBody, parseBody } from '@covenant/schema'
import { deploy, processesOf } from '../deployment.ts'
import { startStack, until, type Stack } from '../stack.ts'

const COV = 10n ** 18n
const owner = signerFromUri('//Alice')

let stack: Stack
let chain: Chain

before(async () => {
  stack = await startStack()
  chain = await connect({ endpoint: stack.urls.chain })
})
after(async () => {
  await chain.close()
  await stack.stop()
  stack.remove()
})

type Answer = {
  contract: {
    state: string
    version: number
    running: { version: number; body: string; acceptedHeight: number }
    pending: null
  }
}

const contractOf = async (id: number) => {
  const { contract } = await stack.query<Answer>(
    `{ contract(id: ${id}) { state version running { version body acceptedHeight } pending { version } } }`,
  )
  return contract
}

test('an update runs in the place of what ran, and the explorer says so', async () => {
  const { contract, mark } = await deploy(stack, chain)
  await until(() => processesOf(mark).length === 1)
  const { running } = await until(async () => {
    const row = await contractOf(contract)
    return row?.state === 'Running' && row
  })

  const body = parseBody(Buffer.from(running.body))
  const updatedMark = `${mark}-updated`
  const { main } = body.services
  assert.ok(main)
  const command = main.command.map((word) => word.replace(mark, updatedMark))
  const updated = { ...body, services: { main: { ...main, command } } }
  const bytes = encodeBody(updated)
  const { calls } = chain
  const update = calls.contracts.update({
    contract,
    base: 1,
    body: bodyHash(bytes),
    resources: bodyResources(updated),
    maxRate: COV,
    deadline: (await chain.clock.now()) + 3_600,
  })
  const outcome = await chain.submit(
    calls.utility.batchAll({ calls: [calls.contracts.noteBody({ bytes }), update] }),
    owner,
  )
  assert.ok(outcome.ok, outcome.error?.name)

  await until(() => processesOf(updatedMark).length === 1)
  // The new mark begins with the old one.
  assert.deepEqual(processesOf(mark), processesOf(updatedMark), 'what ran before is gone')
  const row = await until(async () => {
    const latest = await contractOf(contract)
    return latest.running.version === 2 && latest
  })
  assert.deepEqual([row.state, row.version, row.pending], ['Running', 2, null])
  assert.match(row.running.body, new RegExp(updatedMark))

  const cancelled = await chain.submit(calls.contracts.cancel({ contract }), owner)
  assert.ok(cancelled.ok, cancelled.error?.name)
  await until(() => processesOf(mark).length === 0)
})
