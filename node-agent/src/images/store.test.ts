import assert from 'node:assert/strict'
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { digestHex, type Digest } from '@covenant/schema/image'
import { checkoutImage } from './checkout.ts'
import { ImageDamaged, ImageInvalid } from './errors.ts'
import { digestOf } from './images.fixture.ts'
import { createImageStore, fileKey, type ImageStore } from './store.ts'
import type { ImageTree, StoredFile } from './tree.ts'

async function setUp(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'store-'))
  t.after(() => rm(folder, { recursive: true }))
  const store = await createImageStore(join(folder, 'store'))
  const stored = () => filesIn(join(folder, 'store', 'files'))
  return { folder, store, stored, at: (file: StoredFile) => pathOf(folder, file) }
}

async function filesIn(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found.filter((entry) => entry.isFile()).map(({ name }) => name)
}

function pathOf(folder: string, file: StoredFile): string {
  const key = fileKey(file)
  return join(folder, 'store', 'files', key.slice(0, 2), key.slice(2))
}

function put(
  store: ImageStore,
  content: string,
  about: Partial<Omit<StoredFile, 'sha256' | 'size'>> = {},
): Promise<StoredFile> {
  const chunks = async function* () {
    yield Buffer.from(content)
  }
  return store.putFile(chunks(), { mode: 0o644, uid: 0, gid: 0, xattrs: {}, ...about })
}

const file = (path: string, stored: StoredFile): ImageTree[number] => ({
  path,
  entry: { type: 'file', ...stored },
})

test('a file is stored once, however many images have it and under whatever name', async (t) => {
  const { store, stored, folder } = await setUp(t)
  const one = await put(store, 'same')
  await store.putImage(digestOf('a'), [file('x', one), file('y', await put(store, 'same'))])
  await store.putImage(digestOf('b'), [file('z', await put(store, 'same'))])
  assert.equal((await stored()).length, 1)

  const out = join(folder, 'out')
  await checkoutImage(store, (await store.tree(digestOf('a'))) as ImageTree, out)
  const inodes = await Promise.all([join(out, 'x'), join(out, 'y')].map((path) => lstat(path)))
  assert.equal(inodes[0]?.ino, inodes[1]?.ino)
})

test('content, mode, owner and extended attributes each make another file', async (t) => {
  const { store, stored } = await setUp(t)
  await put(store, 'same')
  const others = [{ mode: 0o755 }, { uid: 7 }, { gid: 7 }, { xattrs: { 'user.a': 'b' } }]
  for (const [index, about] of others.entries()) {
    await put(store, 'same', about)
    assert.equal((await stored()).length, index + 2, JSON.stringify(about))
  }
  await put(store, 'other')
  assert.equal((await stored()).length, others.length + 2)
})

test('a file is laid out read-only, and executable where anyone may execute it', async (t) => {
  const { store, folder } = await setUp(t)
  const out = join(folder, 'out')
  await checkoutImage(
    store,
    [
      file('program', await put(store, 'p', { mode: 0o700 })),
      file('text', await put(store, 't', { mode: 0o600 })),
    ],
    out,
  )
  assert.equal((await lstat(join(out, 'program'))).mode & 0o7777, 0o555)
  assert.equal((await lstat(join(out, 'text'))).mode & 0o7777, 0o444)
})

test('a changed byte, a missing file or a changed mode refuses the checkout and names the file', async (t) => {
  const { store, at, folder } = await setUp(t)
  const good = await put(store, 'good')
  const other = await put(store, 'victim')
  const tree = [file('bin/good', good), file('bin/victim', other)]
  tree.unshift({ path: 'bin', entry: { type: 'dir' } })
  const checkout = () => checkoutImage(store, tree, join(folder, 'out'))
  const damaged = (what: RegExp) => (error: unknown) => {
    assert.ok(error instanceof ImageDamaged, String(error))
    assert.equal(error.path, 'bin/victim')
    assert.match(error.message, what)
    return true
  }
  await checkout()

  await chmod(at(other), 0o644)
  await assert.rejects(checkout(), damaged(/mode has changed/))
  await writeFile(at(other), 'viktim')
  await chmod(at(other), 0o444)
  await assert.rejects(checkout(), damaged(/bytes have changed/))
  await rm(at(other))
  await assert.rejects(checkout(), damaged(/is missing/))

  await put(store, 'victim')
  await checkout()
})

test('a damaged image is discarded with all that is damaged of it, and comes whole with the next fetch', async (t) => {
  const { store, stored, at } = await setUp(t)
  const [first, second, third] = [
    await put(store, '1'),
    await put(store, '2'),
    await put(store, '3'),
  ]
  const digest = digestOf('image')
  await store.putImage(digest, [file('a', first), file('b', second), file('c', third)])
  for (const damaged of [first, second]) await chmod(at(damaged), 0o600)
  await store.discard(digest)
  assert.equal(await store.tree(digest), undefined)
  assert.equal((await stored()).length, 1)
  await store.verifyFile(third, 'c')
})

test('a large file is verified too', async (t) => {
  const { store, at } = await setUp(t)
  const large = await put(store, 'x'.repeat(17 * 1024 * 1024))
  await store.verifyFile(large, 'large')
  const bytes = await readFile(at(large))
  bytes[bytes.length - 1] = 0
  await chmod(at(large), 0o600)
  await writeFile(at(large), bytes)
  await chmod(at(large), 0o444)
  await assert.rejects(store.verifyFile(large, 'large'), /file large is damaged/)
})

test('a tree whose text has changed is not believed', async (t) => {
  const { store, folder } = await setUp(t)
  const digest = digestOf('image')
  await store.putImage(digest, [file('x', await put(store, 'x'))])
  const images = join(folder, 'store', 'images')
  const [name = ''] = await readdir(images)
  const packed = await readFile(join(images, name))
  packed[packed.length - 1]! ^= 1
  await writeFile(join(images, name), packed)
  assert.equal(await store.tree(digest), undefined)
})

test('a file with no more links to give is copied', async (t) => {
  const { store, folder, at } = await setUp(t)
  const stored = await put(store, 'popular')
  const links = join(folder, 'links')
  const limit = 65_001
  await checkoutImage(
    store,
    Array.from({ length: limit }, (_, index) => file(`f${index}`, stored)),
    links,
  )
  const last = join(links, `f${limit - 1}`)
  assert.equal(await readFile(last, 'utf8'), 'popular')
  assert.equal((await lstat(last)).mode & 0o7777, 0o444)
  if ((await lstat(at(stored))).nlink > limit) return // a file system that counts further
  assert.notEqual((await lstat(last)).ino, (await lstat(at(stored))).ino)
})

const NOTHING = { maxBytes: 0, maxAgeMs: 0 }

test('a sweep removes images nobody needs and files no image has, and nothing else', async (t) => {
  const { store, stored } = await setUp(t)
  const shared = await put(store, 'shared')
  const own = await put(store, 'own')
  await put(store, 'left by a crash')
  const kept: Digest = digestOf('kept')
  await store.putImage(kept, [file('a', shared)])
  await store.putImage(digestOf('gone'), [file('a', shared), file('b', own)])
  const swept = await store.sweep(new Set([kept]), NOTHING)
  assert.deepEqual(swept, { images: 1, files: 2, unusedBytes: 0 })
  assert.equal((await stored()).length, 1)
  assert.equal(await store.tree(digestOf('gone')), undefined)
  await store.verifyFile(shared, 'a')
})

test('of images nobody needs those needed last are kept, as far as their own bytes have room', async (t) => {
  const { store, folder } = await setUp(t)
  const needed = digestOf('needed')
  const shared = await put(store, 'x'.repeat(1000))
  await store.putImage(needed, [file('a', shared)])
  const images = join(folder, 'store', 'images')
  const ages = [3, 1, 2]
  for (const [index, hours] of ages.entries()) {
    const before = new Set(await readdir(images))
    const own = await put(store, `${index}`.repeat(100))
    await store.putImage(digestOf(`${hours}`), [file('a', shared), file('b', own)])
    const name = (await readdir(images)).find((one) => !before.has(one)) ?? ''
    const then = new Date(Date.now() - hours * 3_600_000)
    await utimes(join(images, name), then, then)
  }
  const kept = async () => {
    const all = ages.map(async (hours) => ((await store.tree(digestOf(`${hours}`))) ? hours : 0))
    return (await Promise.all(all)).filter((hours) => hours > 0)
  }
  const sweep = (maxBytes: number, hours: number) =>
    store.sweep(new Set([needed]), { maxBytes, maxAgeMs: hours * 3_600_000 })
  assert.equal((await sweep(300, 10)).unusedBytes, 300, 'what a needed image has too is free')
  assert.deepEqual(await kept(), ages)
  await sweep(299, 10)
  assert.deepEqual(await kept(), [1, 2])
  await sweep(1000, 1.5)
  assert.deepEqual(await kept(), [1])
  await sweep(99, 10)
  assert.deepEqual(await kept(), [])
  assert.ok(await store.tree(needed), 'what is needed is neither too old nor too large')
})

test('an image grows old from when it was needed last, not from when it came', async (t) => {
  const { store, folder } = await setUp(t)
  const digest = digestOf('image')
  await store.putImage(digest, [file('a', await put(store, 'a'))])
  const images = join(folder, 'store', 'images')
  const [name = ''] = await readdir(images)
  const longAgo = new Date(1000)
  await utimes(join(images, name), longAgo, longAgo)
  const day = { maxBytes: 100, maxAgeMs: 86_400_000 }
  await store.sweep(new Set([digest]), day)
  await store.sweep(new Set(), day)
  assert.ok(await store.tree(digest))
})

test('what came of an image that is no longer needed goes with a sweep', async (t) => {
  const { store, folder } = await setUp(t)
  for (const name of ['needed', 'given up']) {
    const downloads = store.downloadFolder(digestOf(name))
    await mkdir(downloads)
    await writeFile(join(downloads, 'part'), 'part')
  }
  await store.sweep(new Set([digestOf('needed')]), NOTHING)
  const left = await readdir(join(folder, 'store', 'downloads'))
  assert.deepEqual(left, [digestHex(digestOf('needed'))])
})

test('what a crash left half written is gone at the next start', async (t) => {
  const { folder } = await setUp(t)
  await writeFile(join(folder, 'store', 'tmp', 'half'), 'half')
  await createImageStore(join(folder, 'store'))
  assert.deepEqual(await readdir(join(folder, 'store', 'tmp')), [])
})

test('a checkout has the folders that a sandbox mounts over, and refuses an image that has files there', async (t) => {
  const { store, folder } = await setUp(t)
  const out = join(folder, 'out')
  await checkoutImage(store, [], out)
  assert.deepEqual((await readdir(out)).sort(), ['dev', 'proc', 'tmp'])
  await assert.rejects(
    checkoutImage(store, [{ path: 'tmp', entry: { type: 'symlink', target: '/etc' } }], out),
    (error) =>
      error instanceof ImageInvalid && /\/tmp of the image is no folder/.test(error.message),
  )
})
