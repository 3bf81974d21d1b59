import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { digestHex, type Digest } from '@covenant/schema/image'
import { ImageUnavailable } from './errors.ts'
import { buildImage, gzipLayer, openAccess, serveImages } from './images.fixture.ts'
import { pullImage } from './pull.ts'
import { createImageStore } from './store.ts'

const image = buildImage([await gzipLayer([{ name: 'noise', content: randomBytes(200_000) }])])
const [layer, bytes] = [...image.blobs].find(([, { length }]) => length > 100_000) as [
  Digest,
  Buffer,
]

type Server = {
  ranges: (string | undefined)[]
  answer: (response: ServerResponse, from: number) => void
}

/** A registry whose answers for the layer are the test's. */
async function setUp(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'download-'))
  const server: Server = { ranges: [], answer: whole }
  const registry = await serveImages(image.blobs, ({ url, headers }, response) => {
    if (!url?.endsWith(layer)) return false
    server.ranges.push(headers.range)
    server.answer(response, Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0))
    return true
  })
  t.after(async () => {
    await registry.close()
    await rm(folder, { recursive: true })
  })
  const store = await createImageStore(folder)
  const reference = registry.reference(image)
  const pull = () => pullImage({ reference, store, access: openAccess, maxBytes: 1 << 20 })
  return {
    folder,
    server,
    store,
    pull,
    part: join(store.downloadFolder(image.digest), digestHex(layer)),
  }
}

const head = (from: number) => ({
  'content-length': bytes.length - from,
  'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
})
const whole = (response: ServerResponse) => response.writeHead(200).end(bytes)
const rest = (response: ServerResponse, from: number) =>
  response.writeHead(from > 0 ? 206 : 200, head(from)).end(bytes.subarray(from))
/** Sends so much, and hangs up once it lies at `path`. */
const partOf = (length: number, path: string) => (response: ServerResponse, from: number) => {
  response.writeHead(from > 0 ? 206 : 200, head(from))
  response.flushHeaders()
  response.write(bytes.subarray(from, from + length))
  const hangUp = () => {
    const has = existsSync(path) ? statSync(path).size : 0
    if (has < from + length) setImmediate(hangUp)
    else response.socket?.destroy()
  }
  hangUp()
}

test('a download that breaks off is gone on with where it stopped', async (t) => {
  const { server, pull, store, part } = await setUp(t)
  server.answer = (response, from) =>
    (server.ranges.length < 3 ? partOf(60_000, part) : rest)(response, from)
  await pull()
  assert.deepEqual(server.ranges, [undefined, 'bytes=60000-', 'bytes=120000-'])
  assert.ok(await store.tree(image.digest))
})

test('what came before a registry went away is not asked for again by the next fetch', async (t) => {
  const { server, pull, folder, part } = await setUp(t)
  server.answer = (response, from) => partOf(from === 0 ? 60_000 : 0, part)(response, from)
  await assert.rejects(pull(), ImageUnavailable)
  // Another life of the agent.
  await createImageStore(folder)
  server.ranges.length = 0
  server.answer = rest
  await pull()
  assert.deepEqual(server.ranges, ['bytes=60000-'])
  assert.deepEqual(await readdir(join(folder, 'downloads')), [])
})

test('a registry that begins anew, or refuses to go on, is taken at its word', async (t) => {
  for (const again of [whole, (response: ServerResponse) => response.writeHead(416).end()]) {
    const { server, pull, part } = await setUp(t)
    await mkdir(join(part, '..'), { recursive: true })
    await writeFile(part, bytes.subarray(0, 1000))
    server.answer = (response, from) => (from > 0 ? again : whole)(response)
    await pull()
    assert.equal(server.ranges[0], 'bytes=1000-')
  }
})

test('a beginning that is not the blob’s is thrown away with what was added to it', async (t) => {
  for (const wrong of [Buffer.alloc(1000), Buffer.alloc(bytes.length), Buffer.alloc(1 << 20)]) {
    const { server, pull, part } = await setUp(t)
    await mkdir(join(part, '..'), { recursive: true })
    await writeFile(part, wrong)
    server.answer = rest
    await pull()
    assert.equal(server.ranges.at(-1), undefined, 'from the first byte')
  }
})
