import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import { MEDIA_TYPES, ociArchitecture } from '@covenant/schema/image'
import { ImageInvalid, ImageUnavailable } from './errors.ts'
import {
  buildImage,
  digestOf,
  gzipLayer,
  openAccess,
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
    pullImage({
      reference: registry.reference(image),
      store,
      access: openAccess,
      maxBytes: MAX_BYTES,
      ...over,
    })
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
  assert.deepEqual(await readdir(join(folder, 'downloads')), [], 'nothing is left of the download')
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
  assert.deepEqual(await readdir(join(folder, 'downloads')), [])
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

/** An index over the manifests of `images`, all their blobs with it. */
function buildIndex(
  images: [BuiltImage, platform: Record<string, string>][],
  more = {},
): BuiltImage {
  const manifests = images.map(([{ digest, blobs }, platform]) => {
    const size = blobs.get(digest)?.length ?? 0
    return { mediaType: MEDIA_TYPES.manifest, digest, size, platform }
  })
  const index = { schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests, ...more }
  const bytes = Buffer.from(JSON.stringify(index))
  const blobs = new Map(images.flatMap(([image]) => [...image.blobs]))
  return { digest: digestOf(bytes), blobs: blobs.set(digestOf(bytes), bytes) }
}

const here = { os: 'linux', architecture: ociArchitecture(process.arch) }

test("of an index this host's platform is fetched, and kept under the index's digest", async (t) => {
  const other = buildImage([await gzipLayer([{ name: 'other' }])], { architecture: 's390x' })
  const own = buildImage([await gzipLayer(hello)])
  const image = buildIndex([
    [other, { os: 'linux', architecture: 's390x' }],
    [other, { ...here, variant: 'v9' }],
    [own, here],
  ])
  const { pull, store } = await setUp(t, image)
  await pull()
  const tree = await store.tree(image.digest)
  assert.deepEqual(
    tree?.map(({ path }) => path),
    ['hello'],
  )
})

test("a list and a manifest in Docker's own types are taken as an index and a manifest are", async (t) => {
  const own = asDocker(buildImage([await gzipLayer(hello)]))
  const image = asDocker(buildIndex([[own, here]]))
  const { pull, store } = await setUp(t, image)
  await pull()
  assert.equal((await store.tree(image.digest))?.length, 1)
})

/** As Docker's registries have what was pushed before there were types of the OCI's. */
function asDocker({ digest, blobs }: BuiltImage): BuiltImage {
  const text = String(blobs.get(digest))
    .replaceAll(MEDIA_TYPES.index, MEDIA_TYPES.dockerIndex)
    .replaceAll(MEDIA_TYPES.manifest, MEDIA_TYPES.dockerManifest)
    .replaceAll(MEDIA_TYPES.config, MEDIA_TYPES.dockerConfig)
    .replaceAll(MEDIA_TYPES.layerGzip, MEDIA_TYPES.dockerLayerGzip)
  assert.notEqual(text, String(blobs.get(digest)))
  return {
    digest: digestOf(text),
    blobs: new Map([...blobs, [digestOf(text), Buffer.from(text)]]),
  }
}

test('an index without this platform, of indexes or that is a manifest too is refused', async (t) => {
  const own = buildImage([await gzipLayer(hello)])
  const foreign = buildIndex([[own, { os: 'plan9', architecture: 'mips' }]])
  const cases: [BuiltImage, RegExp][] = [
    [foreign, /the index has nothing for linux\/\S+, only plan9\/mips/],
    [buildIndex([]), /only nothing/],
    [buildIndex([[foreign, here]]), /leads to another index/],
    [buildIndex([[own, here]], { layers: [] }), /an index at the same time/],
  ]
  for (const [image, why] of cases) {
    const { pull } = await setUp(t, image)
    await assert.rejects(pull(), invalid(why))
  }
})

test('an image that unpacks to more than it may is refused before it is all unpacked', async (t) => {
  const image = buildImage([
    await gzipLayer([{ name: 'zeros', content: Buffer.alloc(MAX_BYTES + 1) }]),
  ])
  const { pull } = await setUp(t, image)
  await assert.rejects(pull(), invalid(/unpacks to more than 1048576 bytes/))
  await pull({ maxBytes: 2 * MAX_BYTES })
  await assert.rejects(pull(), invalid(/more than 1048576 bytes/), 'nor is it taken from the store')
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
