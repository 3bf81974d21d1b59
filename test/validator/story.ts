// The story on a chain that a validator runs, without sudo, with a restart in the middle. Not part of
// `npm test`, which needs no Rust: build the node with chain/scripts/build-node, then
//   npm run test:validator
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { connect, signerFromUri, type Chain } from '@covenant/chain-client'
import { deploy, processesOf, type Deployed } from '../deployment.ts'
import { assertMirrored } from '../mirror.ts'
import { freePorts, LAUNCHER, runCommand, startStack, until, type Stack } from '../stack.ts'
import { listenersAt, startValidator, type Validator, type ValidatorOptions } from './node.ts'

/** `Sudo.Key`, as every Substrate runtime hashes it. */
const SUDO = '0x5c0d1176a568c1f92944340dbfed9e9c530ebca703c85910e7164cb7d1c9e47b'
/** 127.0.0.1 and ::1, as the kernel writes them. */
const LOOPBACK = new Set(['0100007F', '00000000000000000000000001000000'])

const folder = mkdtempSync(join(tmpdir(), 'covenant-validator-'))
const spec = join(folder, 'chain.json')
let options: ValidatorOptions
let genesisHash: string
let validator: Validator
let stack: Stack
let chain: Chain
let deployed: Deployed

before(async () => {
  const words = ['chain', 'spec', '--type', 'development', '--out', spec, '--json']
  const { code, stdout, stderr } = await runCommand([LAUNCHER, ...words])
  assert.equal(code, 0, stderr)
  genesisHash = JSON.parse(stdout).genesisHash
  const [rpcPort = 0] = await freePorts(1)
  options = { folder, spec, rpcPort }
  validator = await startValidator(options)
  stack = await startStack({ env: { COVENANT_CHAIN: validator.url } })
  chain = await connect({ endpoint: validator.url })
})
after(async () => {
  await chain?.close()
  await stack?.stop()
  await validator?.end('SIGTERM')
  stack?.remove()
  rmSync(folder, { recursive: true, force: true })
})

async function ask<T>(method: string, ...params: unknown[]): Promise<T> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const headers = { 'content-type': 'application/json' }
  const url = validator.url.replace(/^ws/, 'http')
  const response = await fetch(url, { method: 'POST', headers, body })
  const { result, error } = (await response.json()) as { result: T; error?: unknown }
  assert.equal(error, undefined, `${method}: ${JSON.stringify(error)}`)
  return result
}

async function play(): Promise<void> {
  const { code, stdout, stderr } = await stack.covenant('demo')
  assert.equal(code, 0, `${stdout}${stderr}`)
  assert.match(stdout, /The accounts add up to the last unit\n.*\n +they do/)
}

/** How long blocks took, and how far the final one is behind: for a person to read. */
async function tellPace(t: TestContext): Promise<void> {
  const { height } = await chain.finalizedHead()
  const [first, last, best] = await Promise.all([
    chain.block(1),
    chain.block(height),
    ask<{ number: string }>('chain_getHeader'),
  ])
  const interval = (last.timestampMs - first.timestampMs) / (height - 1)
  t.diagnostic(
    `blocks 1 to ${height}: one every ${interval.toFixed(0)} ms; the best is ${Number(best.number)}`,
  )
}

test('the chain is the one of the spec, without sudo, and answers on loopback alone', async () => {
  assert.equal(chain.genesisHash, genesisHash)
  assert.equal(await ask('state_getStorage', SUDO), null)
  const addresses = listenersAt(options.rpcPort)
  assert.ok(addresses.length > 0)
  assert.deepEqual(
    addresses.filter((address) => !LOOPBACK.has(address)),
    [],
  )
})

test('the demo plays the whole story at the pace of validators', async (t) => {
  await play()
  await tellPace(t)
})

test('a contract runs on while its chain is killed, and the chain goes on where it was', async () => {
  deployed = await deploy(stack, chain)
  await until(() => processesOf(deployed.mark).length === 1)
  const [program] = processesOf(deployed.mark)
  const { height, hash } = await chain.finalizedHead()

  await validator.end('SIGKILL')
  validator = await startValidator(options)
  await until(async () => (await chain.finalizedHead()).height > height)
  assert.equal((await chain.block(height)).hash, hash)
  assert.deepEqual(processesOf(deployed.mark), [program])
  assert.equal((await chain.contracts.get(deployed.contract))?.state, 'Running')
  await assertMirrored(stack, chain)
})

test('the contract is ended after the restart, and its program stops', async () => {
  const { contract, mark } = deployed
  const outcome = await chain.submit(
    chain.calls.contracts.cancel({ contract }),
    signerFromUri('//Alice'),
  )
  assert.ok(outcome.ok, outcome.error?.name)
  assert.ok(await chain.contracts.tombstone(contract))
  await until(() => processesOf(mark).length === 0)
  await assertMirrored(stack, chain)
})
