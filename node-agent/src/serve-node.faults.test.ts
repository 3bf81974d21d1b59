/** What an agent goes through unharmed: away chains, lost folders, damage, jumps of the clock. */
import assert from 'node:assert/strict'
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mock, test, type TestContext } from 'node:test'
import { setUp, until, FOREVER, isAlive, onFailure, image } from './serve-node.fixture.ts'

test('an API that is down, silent or lying changes nothing of what runs', async (t) => {
  const { chain, api, startAgent, shell } = await setUp(t)
  const agent = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it runs', () => agent.service(id)?.state === 'running')
  const pid = agent.service(id)?.pid
  for (const mode of ['down', 'silent', 'lying'] as const) {
    api.mode = mode
    // A whole poll and a whole round lie between two changes of the clock.
    for (let beat = 0; beat < 2; beat++) {
      chain.now += 700
      const heartbeats = chain.submitted.length
      await until('a heartbeat', () => chain.submitted.length > heartbeats)
    }
    assert.equal(agent.service(id)?.pid, pid, mode)
    assert.ok(isAlive(pid), mode)
  }
  await until('what it made up is told', () =>
    /the API gives contract .* and the chain/.test(agent.status().api?.refusedClaim ?? ''),
  )
  assert.equal(agent.status().contracts?.length, 1, 'nothing that it made up is run')
  chain.cancel(id)
  await until('the chain still stops it', () => !isAlive(pid))
})

test('a chain that is away stops nothing', async (t) => {
  const { chain, startAgent, shell } = await setUp(t)
  const agent = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it runs', () => agent.service(id)?.state === 'running')
  const pid = agent.service(id)?.pid
  chain.away = true
  await until('it noticed', () => agent.status().chain?.problem)
  assert.ok(isAlive(pid))
  // An hour later.
  chain.now += 3600
  const before = chain.submitted.length
  chain.away = false
  await until('it is back', () => agent.status().chain?.problem === null)
  await until('it beats', () => chain.submitted.length > before)
  assert.equal(chain.submitted.at(-1)?.call, 'nodes.heartbeat')
  assert.equal(agent.service(id)?.pid, pid)
})

test('a contract that was closed and pruned while its agent was away is cleared away, not run', async (t) => {
  const { chain, folder, startAgent, shell, log } = await setUp(t)
  const before = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it spoke', async () => (await log(id)).includes('up'))
  await before.end()
  chain.cancel(id)
  const after = await startAgent()
  await until('its files are gone', async () => (await readdir(join(folder, 'runs'))).length === 0)
  assert.deepEqual(after.status().contracts, [])
  assert.equal(await log(id), 'up\n', 'it was not run again')
})

test('a clock of the host that jumps, ahead and back, changes nothing of what runs', async (t) => {
  const { chain, startAgent, shell } = await setUp(t)
  const agent = await startAgent()
  const id = chain.offer(shell(FOREVER))
  const failing = chain.offer(onFailure(shell('exit 1')))
  await until('it runs', () => agent.service(id)?.state === 'running')
  const pid = agent.service(id)?.pid
  const year = 365 * 86_400_000
  const real = Date.now()
  t.after(() => mock.timers.reset())
  for (const now of [real + 10 * year, real - 10 * year]) {
    mock.timers.reset()
    mock.timers.enable({ apis: ['Date'], now })
    const restarts = agent.service(failing)?.restarts ?? 0
    await until(
      'what fails is tried again',
      () => (agent.service(failing)?.restarts ?? 0) > restarts,
    )
    const sent = chain.submitted.length
    chain.now += 700
    await until('a heartbeat', () => chain.submitted.length > sent)
    assert.equal(agent.service(id)?.pid, pid)
    assert.ok(isAlive(pid))
  }
})

test('a full disk loses the output of a program, and neither the program nor the agent', async (t) => {
  const { chain, folder, startAgent, shell } = await setUp(t)
  await mkdir(join(folder, 'logs', '1'), { recursive: true })
  // A device that is always full.
  await symlink('/dev/full', join(folder, 'logs', '1', 'main.log'))
  const agent = await startAgent()
  const id = chain.offer(onFailure(shell('echo one; sleep 1; echo two; exit 1')))
  assert.equal(id, 1)
  await until('it ran to its end twice', () => (agent.service(id)?.restarts ?? 0) >= 2)
  assert.equal(agent.service(id)?.exitCode, 1)
  assert.equal(agent.service(id)?.error, null)
})

test('an agent that starts again runs what it ran, though the API says nothing of it', async (t) => {
  const { chain, api, startAgent, shell } = await setUp(t)
  const before = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it runs', () => before.service(id)?.state === 'running')
  const pid = before.service(id)?.pid
  await before.end()
  assert.ok(!isAlive(pid), 'its programs end with it')

  api.mode = 'down'
  const after = await startAgent()
  await until('it runs again', () => after.service(id)?.state === 'running')
})

test('an agent with nothing but its seed learns from API and chain what it runs', async (t) => {
  const { chain, api, folder, startAgent, shell } = await setUp(t)
  const before = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it runs', () => before.service(id)?.state === 'running')
  await before.end()
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true })

  const after = await startAgent()
  await until('it runs again', () => after.service(id)?.state === 'running')
  assert.equal(chain.submitted.filter(({ call }) => call === 'contracts.accept').length, 1)

  await after.end()
  api.mode = 'down'
  const later = await startAgent()
  await until('what it learnt it remembers', () => later.service(id)?.state === 'running')
})

test('a program that ended for good is not run again by a later agent, one that failed is', async (t) => {
  const { chain, startAgent, shell, log } = await setUp(t)
  const before = await startAgent()
  const done = chain.offer(shell('echo done; exit 3'))
  const failing = chain.offer(onFailure(shell('echo try; exit 1')))
  await until('it ended', () => before.service(done)?.state === 'ended')
  assert.equal(before.service(done)?.exitCode, 3)
  await until('it is tried again', () => (before.service(failing)?.restarts ?? 0) >= 1)
  await before.end()

  const after = await startAgent()
  await until('it is known to have ended', () => after.service(done)?.state === 'ended')
  assert.equal(after.service(done)?.exitCode, 3)
  assert.equal(await log(done), 'done\n')
})

test('a changed byte in the store refuses the launch, names the file, and the next fetch heals it', async (t) => {
  const { chain, folder, startAgent, shell } = await setUp(t)
  const before = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it runs', () => before.service(id)?.state === 'running')
  await before.end()

  await damageStore(folder)
  const blobs = withoutImages(t)
  const after = await startAgent()
  await until('it is refused', () => after.service(id)?.error?.includes('is damaged'))
  assert.match(after.service(id)?.error ?? '', /file bin\/\w+ is damaged in the store: its bytes/)

  blobs.forEach((bytes, digest) => image.blobs.set(digest, bytes))
  await until('it runs again', () => after.service(id)?.state === 'running')
})

test('a contract whose image cannot be had whole any more is terminated, which refunds its owner', async (t) => {
  const { chain, folder, startAgent, shell } = await setUp(t)
  const before = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it runs', () => before.service(id)?.state === 'running')
  await before.end()

  await damageStore(folder)
  withoutImages(t)
  await startAgent()
  await until('it is terminated', () => !chain.placed.has(id))
  assert.deepEqual(chain.submitted.at(-1), {
    call: 'contracts.terminate',
    args: { contract: id, reason: 'Image' },
  })
})

/** Changes one byte of each file in the agent's store. */
async function damageStore(folder: string): Promise<void> {
  const files = join(folder, 'store', 'files')
  for (const entry of await readdir(files, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const bytes = await readFile(path)
    bytes[100]! ^= 1
    await chmod(path, 0o644)
    await writeFile(path, bytes)
    await chmod(path, 0o555)
  }
}

/** Empties the registry until the test is over; answers what it had. */
function withoutImages(t: TestContext) {
  const blobs = new Map(image.blobs)
  image.blobs.clear()
  t.after(() => blobs.forEach((bytes, digest) => image.blobs.set(digest, bytes)))
  return blobs
}
