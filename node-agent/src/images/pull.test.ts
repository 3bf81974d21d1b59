import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import { MEDIA_TYPES } from '@covenant/schema/image'
import { ImageInvalid, ImageUnavailable } from './errors.ts'
import {
  buildImage,
  digestOf,
  gzipLayer,
  serveImages,
  tar,
  type BuiltImage,
} from './images.fixture.ts'
import { pullImage } from './pull.ts'
import { createImageStore } from './store.ts'

const MAX_BYTES = 1 << 20

async function setUp(t: TestContext, image: BuiltImage) {
  const folder = await mkdtemp(join(tmpdir(), 'pull-'))
  const registry = await serveImages(image.blobs)
  t.after(async () => {
    await registry.close()
    await rm(folder, { recursive: true })
  })
  const store = await createImageStore(folder)
  const pull = (over: Partial<Parameters<typeof pullImage>[0]> = {}) =>
    pullImage({ reference: registry.reference(image), store, maxBytes: MAX_BYTES, ...over })
  return { folder, registry, store, pull }
}

const hello = [{ name: 'hello', content: 'hello' }]

const invalid = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ImageInvalid, String(error))
  assert.match(error.message, message)
  return true
}

test('an image is fetched by its digest once, and asked for no more', async (t) => {
  const image = buildImage([await gzipLayer(hello)])
  const { pull, store, registry, folder } = await setUp(t, image)
  await pull()
  assert.deepEqual(
    (await store.tree(image.digest))?.map(({ path }) => path),
    ['hello'],
  )
  const asked = registry.requests.length
  assert.equal(asked, 3, 'manifest, config and layer')
  await pull()
  assert.equal(registry.requests.length, asked)
  assert.deepEqual(await readdir(join(folder, 'tmp')), [], 'nothing is left of the download')
})

test('layers come plain, gzipped or as zstd', async (t) => {
  const plain = await tar(hello)
  const image = buildImage([
    { bytes: plain, mediaType: MEDIA_TYPES.layer, diffId: digestOf(plain) },
    await gzipLayer([{ name: 'second' }]),
    {
      bytes: zstdCompressSync(plain),
      mediaType: MEDIA_TYPES.layerZstd,
      diffId: digestOf(plain),
    },
  ])
  const { pull, store } = await setUp(t, image)
  await pull()
  assert.equal((await store.tree(image.digest))?.length, 2)
})

test('a blob with one other byte is refused, whichever blob it is', async (t) => {
  const image = buildImage([await gzipLayer(hello)])
  const whole = new Map(image.blobs)
  const { pull, store, folder } = await setUp(t, image)
  for (const [digest, bytes] of whole) {
    const wrong = Buffer.from(bytes)
    wrong[wrong.length >> 1]! ^= 1
    image.blobs.set(digest, wrong)
    await assert.rejects(pull(), invalid(/came with other bytes than its digest says/))
    image.blobs.set(digest, Buffer.concat([bytes, Buffer.from('x')]))
    await assert.rejects(pull(), invalid(/is larger than its|came with other bytes/))
    image.blobs.set(digest, bytes.subarray(1))
    await assert.rejects(pull(), invalid(/came with/))
    image.blobs.set(digest, bytes)
  }
  assert.equal(await store.tree(image.digest), undefined)
  assert.deepEqual(await readdir(join(folder, 'tmp')), [])
  await pull()
})

test('an image that is not there, not for this machine or not as its config says is refused', async (t) => {
  const layer = await gzipLayer(hello)
  const cases: [BuiltImage, RegExp][] = [
    [{ digest: digestOf('nothing'), blobs: new Map() }, /answered 404/],
    [buildImage([layer], { architecture: 'mips' }), /is for linux\/mips, and this node is linux\//],
    [buildImage([layer], { os: 'plan9' }), /is for plan9\//],
    [buildImage([layer, { ...layer, diffId: digestOf('other') }]), /unpacks to other bytes/],
    [buildImage([layer], { rootfs: { type: 'layers', diff_ids: [] } }), /number of layers/],
    [buildImage([{ ...layer, mediaType: 'text/plain' }]), /a layer is text\/plain/],
    [buildImage([{ ...layer, mediaType: MEDIA_TYPES.layer }]), /cannot be unpacked/],
  ]
  for (const [image, why] of cases) {
    const { pull } = await setUp(t, image)
    await assert.rejects(pull(), invalid(why))
  }
})

test('an index is refused with what to pin instead', async (t) => {
  const bytes = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests: [] }),
  )
  const digest = digestOf(bytes)
  const { pull } = await setUp(t, { digest, blobs: new Map([[digest, bytes]]) })
  await assert.rejects(pull(), invalid(/use the digest of one platform's manifest/))
})

test('an image that unpacks to more than it may is refused before it is all unpacked', async (t) => {
  const image = buildImage([await gzipLayer([{ name: 'zeros', content: Buffer.alloc(MAX_BYTES) }])])
  const { pull } = await setUp(t, image)
  await assert.rejects(pull(), invalid(/unpacks to more than 1048576 bytes/))
  await pull({ maxBytes: 2 * MAX_BYTES })
})

test('a registry that is away or failing may be asked again', async (t) => {
  const image = buildImage([await gzipLayer(hello)])
  const { pull, registry } = await setUp(t, image)
  await registry.close()
  await assert.rejects(pull(), (error) => {
    assert.ok(error instanceof ImageUnavailable)
    assert.match(error.message, /cannot be reached/)
    return true
  })
})

test('a fetch that is called off ends with the reason it was given', async (t) => {
  const image = buildImage([await gzipLayer(hello)])
  const { pull } = await setUp(t, image)
  const reason = new Error('enough')
  await assert.rejects(pull({ signal: AbortSignal.abort(reason) }), reason)
})
