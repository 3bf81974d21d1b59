import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { buffer } from 'node:stream/consumers'
import { MEDIA_TYPES, ociManifest } from '@covenant/schema/image'
import { blobPath } from './layout.ts'
import { packImage, type PackedImage } from './pack.ts'
import { createImagesServer } from './server.ts'

const folder = mkdtempSync(join(tmpdir(), 'covenant-images-'))
const layout = join(folder, 'layout')
const server = createImagesServer(layout)
let image: PackedImage
let port: number

before(async () => {
  image = await packImage({ layout, repository: 'shop/hello', programs: ['/bin/cat'] })
  writeFileSync(join(folder, 'secret'), 'not for anybody')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
after(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Sends the path as it is; fetch would tidy it up. */
async function ask(path: string, method = 'GET', headers: Record<string, string> = {}) {
  const sent = request({ port, host: '127.0.0.1', path, method, headers })
  sent.end()
  const [response] = await once(sent, 'response')
  return { status: response.statusCode, headers: response.headers, bytes: await buffer(response) }
}

test('an image is pulled by its digest, manifest, config and layer', async () => {
  assert.equal((await ask('/v2/')).status, 200)
  const manifest = await ask(`/v2/shop/hello/manifests/${image.digest}`)
  assert.equal(manifest.status, 200)
  assert.equal(manifest.headers['content-type'], MEDIA_TYPES.manifest)
  assert.equal(manifest.headers['docker-content-digest'], image.digest)
  const { config, layers } = ociManifest.parse(JSON.parse(manifest.bytes.toString()))
  for (const { digest, size } of [config, ...layers]) {
    const blob = await ask(`/v2/shop/hello/blobs/${digest}`)
    assert.equal(blob.status, 200)
    assert.equal(blob.headers['content-length'], String(size))
    assert.equal(`sha256:${createHash('sha256').update(blob.bytes).digest('hex')}`, digest)
  }
})

test('the rest of a blob is served to a node that has its beginning', async () => {
  const path = `/v2/shop/hello/blobs/${image.digest}`
  const whole = readFileSync(blobPath(layout, image.digest))
  const rest = await ask(path, 'GET', { range: 'bytes=10-' })
  assert.equal(rest.status, 206)
  assert.equal(rest.headers['content-range'], `bytes 10-${whole.length - 1}/${whole.length}`)
  assert.equal(rest.headers['content-length'], String(whole.length - 10))
  assert.ok(rest.bytes.equals(whole.subarray(10)))
  const beyond = await ask(path, 'GET', { range: `bytes=${whole.length}-` })
  assert.equal(beyond.status, 416)
  assert.equal(beyond.headers['content-range'], `bytes */${whole.length}`)
  for (const range of ['bytes=0-', 'bytes=1-5', 'bytes=-5', 'lines=1-']) {
    const answer = await ask(path, 'GET', { range })
    assert.equal(answer.status, 200, range)
    assert.ok(answer.bytes.equals(whole), range)
  }
})

test('HEAD answers with the size and no bytes', async () => {
  for (const kind of ['manifests', 'blobs']) {
    const head = await ask(`/v2/shop/hello/${kind}/${image.digest}`, 'HEAD')
    assert.equal(head.status, 200)
    const { length } = readFileSync(blobPath(layout, image.digest))
    assert.equal(head.headers['content-length'], String(length))
    assert.equal(head.bytes.length, 0)
  }
})

test('an image packed while the server runs is there at once', async () => {
  const { digest } = await packImage({ layout, repository: 'later', programs: ['/bin/sh'] })
  assert.equal((await ask(`/v2/later/manifests/${digest}`)).status, 200)
})

const hex = 'a'.repeat(64)
const refused: [path: string, status: number, code: string][] = [
  ['/', 404, 'UNSUPPORTED'],
  ['/v1/', 404, 'UNSUPPORTED'],
  ['/v2/_catalog', 404, 'UNSUPPORTED'],
  ['/v2/shop/hello/tags/list', 404, 'UNSUPPORTED'],
  [`/v2/shop/hello/manifests/sha256:${hex}`, 404, 'MANIFEST_UNKNOWN'],
  [`/v2/shop/hello/blobs/sha256:${hex}`, 404, 'BLOB_UNKNOWN'],
  ['/v2/shop/hello/manifests/1.4', 400, 'DIGEST_INVALID'],
  ['/v2/shop/hello/blobs/latest', 400, 'DIGEST_INVALID'],
  ['/v2/shop/other/manifests/latest', 404, 'MANIFEST_UNKNOWN'],
  [`/v2/shop/hello/blobs/sha256:${hex.toUpperCase()}`, 400, 'DIGEST_INVALID'],
  [`/v2/shop/hello/blobs/sha512:${hex}`, 400, 'DIGEST_INVALID'],
  ['/v2/shop/hello/blobs/sha256:../../../secret', 404, 'UNSUPPORTED'],
  ['/v2/shop/hello/blobs/..', 400, 'DIGEST_INVALID'],
  ['/v2/shop/hello/blobs/sha256:..%2f..%2f..%2fsecret', 400, 'DIGEST_INVALID'],
  [`/v2/../secret/blobs/sha256:${hex}`, 400, 'NAME_INVALID'],
  [`/v2/Shop/manifests/sha256:${hex}`, 400, 'NAME_INVALID'],
  [`/v2//manifests/sha256:${hex}`, 400, 'NAME_INVALID'],
  [`/v2/shop/%00/manifests/sha256:${hex}`, 400, 'NAME_INVALID'],
]
for (const [path, status, code] of refused) {
  test(`${path} is answered with ${status} ${code}`, async () => {
    const answer = await ask(path)
    const body = JSON.parse(answer.bytes.toString())
    assert.deepEqual([answer.status, body.errors[0].code], [status, code])
  })
}

test('an image of another repository is not served under this one', async () => {
  assert.equal((await ask(`/v2/shop/other/manifests/${image.digest}`)).status, 404)
})

test('nothing can be written', async () => {
  for (const method of ['PUT', 'POST', 'PATCH', 'DELETE']) {
    const answer = await ask(`/v2/shop/hello/blobs/${image.digest}`, method)
    assert.equal(answer.status, 405)
    assert.equal(answer.headers.allow, 'GET, HEAD')
  }
})

test('a broken index is a 500 in the API’s own form, and the server goes on', async () => {
  const index = join(layout, 'index.json')
  const whole = readFileSync(index)
  writeFileSync(index, '{')
  const answer = await ask(`/v2/shop/hello/manifests/${image.digest}`)
  writeFileSync(index, whole)
  assert.equal(answer.status, 500)
  assert.equal(JSON.parse(answer.bytes.toString()).errors[0].code, 'UNKNOWN')
  assert.equal((await ask(`/v2/shop/hello/manifests/${image.digest}`)).status, 200)
})

test('a client that leaves mid-way harms nobody', async () => {
  const socket = connect(port, '127.0.0.1')
  const { layers } = ociManifest.parse(
    JSON.parse(readFileSync(blobPath(layout, image.digest), 'utf8')),
  )
  socket.write(`GET /v2/shop/hello/blobs/${layers[0]?.digest} HTTP/1.1\r\nhost: x\r\n\r\n`)
  await once(socket, 'data')
  socket.destroy()
  assert.equal((await ask('/v2/')).status, 200)
})
