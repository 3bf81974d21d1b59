/** Images pulled from a registry that others wrote: Debian's docker-registry, on loopback. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import { digestHex, MEDIA_TYPES, ociArchitecture, type Digest } from '@covenant/schema/image'
import { pushImage, serveRegistry } from './docker-registry.fixture.ts'
import { ImageInvalid } from './errors.ts'
import { buildImage, digestOf, gzipLayer, openAccess, tar } from './images.fixture.ts'
import { pullImage } from './pull.ts'
import { createImageStore } from './store.ts'

const NAME = Buffer.from('ada:secret').toString('base64')
/** `ada` with the password `secret`, as `htpasswd -B` writes it. */
const HTPASSWD = 'ada:$2b$05$3yojSgm0hG7dZGtuVeFQAuoKV5Te8.43Nh3CPNPtAFGapKGp1XuGS\n'

const noise = await tar([{ name: 'noise', content: randomBytes(300_000) }])
const image = buildImage([
  await gzipLayer([{ name: 'old' }, { name: 'hello', content: 'hello' }]),
  { bytes: noise, mediaType: MEDIA_TYPES.layer, diffId: digestOf(noise) },
  await zstdLayer([{ name: '.wh.old' }]),
])

async function zstdLayer(entries: Parameters<typeof tar>[0]) {
  const plain = await tar(entries)
  return {
    bytes: zstdCompressSync(plain),
    mediaType: MEDIA_TYPES.layerZstd,
    diffId: digestOf(plain),
  }
}

/** A registry of its own for one test, and a store; with `auth` it asks for a name and password. */
async function startRegistry(t: TestContext, { auth }: { auth: boolean }) {
  const folder = await mkdtemp(join(tmpdir(), 'docker-registry-'))
  t.after(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'htpasswd'), HTPASSWD)
  const htpasswd = { realm: 'demo', path: join(folder, 'htpasswd') }
  const host = await serveRegistry(t, folder, auth ? { auth: { htpasswd } } : {})
  const store = await createImageStore(join(folder, 'store'))
  const pull = (digest: Digest, basic?: string) =>
    pullImage({
      reference: { host, repository: 'demo', tag: undefined, digest },
      access: { ...openAccess, credentials: async () => (basic ? { basic } : undefined) },
      ...{ store, maxBytes: 1 << 20 },
    })
  return { folder, host, store, pull }
}

test('an image of plain, gzip and zstd layers is pulled from a real registry', async (t) => {
  const { host, pull, store } = await startRegistry(t, { auth: false })
  await pushImage(host, image, MEDIA_TYPES.manifest)
  await pull(image.digest)
  const paths = (await store.tree(image.digest))?.map(({ path }) => path)
  assert.deepEqual(paths, ['hello', 'noise'])
})

test('an index is pulled from a real registry by the digest of the index', async (t) => {
  const { host, pull, store } = await startRegistry(t, { auth: false })
  await pushImage(host, image, MEDIA_TYPES.manifest)
  const size = image.blobs.get(image.digest)?.length
  const platform = { os: 'linux', architecture: ociArchitecture(process.arch) }
  const manifests = [{ mediaType: MEDIA_TYPES.manifest, digest: image.digest, size, platform }]
  const index = { schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests }
  const bytes = Buffer.from(JSON.stringify(index))
  const digest = digestOf(bytes)
  await pushImage(host, { digest, blobs: new Map([[digest, bytes]]) }, MEDIA_TYPES.index)
  await pull(digest)
  assert.equal((await store.tree(digest))?.length, 2)
})

test('a real registry that wants a name and password gets them', async (t) => {
  const { host, pull } = await startRegistry(t, { auth: true })
  await pushImage(host, image, MEDIA_TYPES.manifest, NAME)
  await assert.rejects(pull(image.digest), /wants a name and password/)
  const wrong = Buffer.from('ada:wrong').toString('base64')
  await assert.rejects(pull(image.digest, wrong), /answered 401/)
  await pull(image.digest, NAME)
})

test('a download that broke off is gone on with by a real registry', async (t) => {
  const { host, pull, store, folder } = await startRegistry(t, { auth: false })
  await pushImage(host, image, MEDIA_TYPES.manifest)
  const layer = digestOf(noise)
  const downloads = store.downloadFolder(image.digest)
  await mkdir(downloads, { recursive: true })
  await writeFile(join(downloads, digestHex(layer)), noise.subarray(0, 200_000))
  // Of the first bytes the registry has nothing any more: only the rest can come from it.
  const hex = digestHex(layer)
  const blob = join(folder, 'data/docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data')
  await writeFile(blob, Buffer.concat([Buffer.alloc(200_000), noise.subarray(200_000)]))
  await pull(image.digest)
  assert.ok(await store.tree(image.digest))
})

test('a blob that a real registry has damaged is refused', async (t) => {
  const { host, pull, folder } = await startRegistry(t, { auth: false })
  await pushImage(host, image, MEDIA_TYPES.manifest)
  const hex = digestHex(digestOf(noise))
  const blob = join(folder, 'data/docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data')
  await truncate(blob, 0)
  await writeFile(blob, Buffer.alloc(noise.length))
  await assert.rejects(pull(image.digest), ImageInvalid)
})
