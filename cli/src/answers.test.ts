import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { DEFAULT_POLICY } from '@covenant/schema/policy'
import { ANSWERS } from './answers.ts'
import { createImagesServer } from './images/server.ts'
import { answer } from './testing.ts'

// The answers of commands that need no chain; the others are held where they are tested.
const folder = mkdtempSync(join(tmpdir(), 'covenant-answers-'))
const layout = join(folder, 'images')
const images = createImagesServer(layout)

before(async () => {
  images.listen(0, '127.0.0.1')
  await once(images, 'listening')
})
after(() => {
  images.closeAllConnections()
  images.close()
  rmSync(folder, { recursive: true, force: true })
})

test('files and images answer in their shapes', async () => {
  const { port } = images.address() as AddressInfo
  const pack = ['image', 'pack', '--name', 'hello', '--out', layout, '/bin/true']
  const { digest } = await answer(...pack, '--images-port', String(port))
  const pinned = await answer('image', 'pin', `127.0.0.1:${port}/hello`)
  assert.equal(pinned.digest, digest)
  const file = join(folder, 'shop.yaml')
  const { reference } = await answer('image', 'inspect', pinned.reference)
  assert.equal(reference, pinned.reference)
  await answer('init', file, '--image', pinned.reference)
  assert.equal((await answer('validate', file)).name, 'shop')
})

test('what an agent of this machine left answers in its shapes', async () => {
  const agent = join(folder, 'agent')
  mkdirSync(join(agent, 'logs', '7'), { recursive: true })
  writeFileSync(join(agent, 'logs', '7', 'main.log'), 'hello\n')
  writeFileSync(join(agent, 'policy.yaml'), DEFAULT_POLICY)
  assert.equal((await answer('contract', 'logs', '7', '--data', folder)).log, 'hello\n')
  assert.equal((await answer('node', 'allow', 'group:1', '--data', folder)).added, true)
})

const group = { id: '1' }
const total = { cpu: 1, memory: 1, storage: 1, gpus: 0, publicIpv4: 0 }
const lists: [words: string[], item: object][] = [
  [
    ['contract', 'list'],
    {
      ...{ id: '1', state: 'Running', owner: '5G', ownerGroup: group, node: { id: '1' } },
      ...{ escrow: '5', closeReason: null, createdHeight: 1, changedHeight: 2 },
    },
  ],
  [
    ['node', 'list'],
    {
      ...{ id: '1', state: 'Active', isLive: true, operator: '5G', agent: null, region: 'eu' },
      ...{ total, reserved: total, contractCount: 0, lastSeen: null },
    },
  ],
  [
    ['proposals', '1'],
    {
      ...{ address: '1/0', state: 'Open', kind: 'Deploy', proposer: '5G', threshold: 51 },
      ...{ call: { pallet: 'contracts', name: 'create' }, weightFor: 1, weightAgainst: 0 },
      ...{ missingWeight: 50, expires: '2026-01-01T00:00:00Z', createdHeight: 1 },
      closedHeight: null,
    },
  ],
]
for (const [words, item] of lists) {
  test(`"covenant ${words.join(' ')}" passes on what the API lists, in its shape`, async () => {
    const pageInfo = { hasNextPage: false, endCursor: null }
    const data = { meta: { height: 7 }, list: { nodes: [item], pageInfo } }
    const server = createServer((_, response) => response.end(JSON.stringify({ data })))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const found = await answer(...words, '--api', `http://127.0.0.1:${port}`)
    assert.deepEqual(Object.values(found), [[item], false, 7])
    server.closeAllConnections()
    server.close()
  })
}

test('a shape refuses a field that it does not name, and misses one that it does', () => {
  const shape = ANSWERS['keys new']
  const key = { name: 'a', address: '5G', file: 'f' }
  assert.ok(shape?.safeParse(key).success)
  assert.ok(!shape?.safeParse({ ...key, secret: '0x' }).success)
  assert.ok(!shape?.safeParse({ name: 'a', address: '5G' }).success)
})
