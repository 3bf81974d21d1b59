import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { MEDIA_TYPES } from '@covenant/schema/image'
import { checkoutImage } from './checkout.ts'
import { ImageInvalid } from './errors.ts'
import { digestOf, tar, type TarEntry } from './images.fixture.ts'
import { createImageStore } from './store.ts'
import { unpackLayers } from './unpack.ts'

async function setUp(t: TestContext, over: { maxBytes?: number } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'unpack-'))
  t.after(() => rm(folder, { recursive: true }))
  const store = await createImageStore(join(folder, 'store'))
  const unpack = async (...layers: TarEntry[][]) => {
    const files = []
    for (const [index, entries] of layers.entries()) {
      const bytes = await tar(entries)
      const path = join(folder, `layer-${index}`)
      await writeFile(path, bytes)
      files.push({ path, mediaType: MEDIA_TYPES.layer, diffId: digestOf(bytes) })
    }
    return unpackLayers({ layers: files, store, ...over })
  }
  const paths = async (...layers: TarEntry[][]) => (await unpack(...layers)).map(({ path }) => path)
  return { folder, store, unpack, paths }
}

const dir = (name: string): TarEntry => ({ name, type: 'directory' })
const link = (name: string, linkname: string): TarEntry => ({ name, type: 'link', linkname })
const symlink = (name: string, linkname: string): TarEntry => ({ name, type: 'symlink', linkname })

const sparse = (name: string, pax: Record<string, string>): TarEntry => ({ name, pax })

test('upper layers replace, add and hide what lower ones have', async (t) => {
  const { paths } = await setUp(t)
  const lower = [dir('etc'), { name: 'etc/a' }, { name: 'etc/b' }, dir('opt'), { name: 'opt/x' }]
  assert.deepEqual(await paths(lower, [{ name: 'etc/.wh.a' }]), ['etc', 'etc/b', 'opt', 'opt/x'])
  assert.deepEqual(await paths(lower, [{ name: '.wh.etc' }]), ['opt', 'opt/x'])
  assert.deepEqual(await paths(lower, [{ name: 'etc/.wh..wh..opq' }, { name: 'etc/new' }]), [
    'etc',
    'etc/new',
    'opt',
    'opt/x',
  ])
  assert.deepEqual(
    await paths(lower, [{ name: 'etc/new' }, { name: 'etc/.wh..wh..opq' }]),
    ['etc', 'etc/new', 'opt', 'opt/x'],
    'a whiteout hides lower layers alone, wherever it stands in its own',
  )
  assert.deepEqual(await paths(lower, [{ name: 'etc' }]), ['etc', 'opt', 'opt/x'])
  assert.deepEqual(await paths([{ name: 'opt' }], lower.slice(3)), ['opt', 'opt/x'])
  assert.deepEqual(await paths(lower, [dir('etc')]), ['etc', 'etc/a', 'etc/b', 'opt', 'opt/x'])
})

test('a hard link is the file that it names, and is laid out as the same inode', async (t) => {
  const { unpack } = await setUp(t)
  const [a, b] = await unpack([{ name: 'a', content: 'x' }, link('b', 'a')])
  assert.deepEqual(a?.entry, b?.entry)
  const [, second] = await unpack([{ name: 'a', content: 'x' }], [link('b', './a')])
  assert.deepEqual(second?.entry, a?.entry)
})

test('folders that an archive leaves out are made', async (t) => {
  const { paths } = await setUp(t)
  assert.deepEqual(await paths([{ name: './usr/bin/x' }]), ['usr', 'usr/bin', 'usr/bin/x'])
})

test('setuid, setgid and sticky bits are dropped', async (t) => {
  const { unpack } = await setUp(t)
  const [su] = await unpack([{ name: 'su', mode: 0o6755 }])
  assert.equal(su?.entry.type === 'file' && su.entry.mode, 0o755)
})

const escapes: [string, TarEntry[], RegExp][] = [
  ['a path upwards', [{ name: '../evil' }], /leaves the image/],
  ['a path upwards within', [{ name: 'a/../../evil' }], /leaves the image/],
  ['a whiteout upwards', [{ name: '../.wh.evil' }], /leaves the image/],
  ['a whiteout of the folder above', [{ name: 'a/.wh...' }], /leaves the image/],
  ['a path through a link out', [symlink('out', '/etc'), { name: 'out/evil' }], /no folder/],
  ['a path through a link within', [dir('a'), symlink('b', 'a'), { name: 'b/x' }], /no folder/],
  ['a folder through a link', [symlink('out', '/etc'), dir('out/evil')], /no folder/],
  ['a link through a link', [symlink('o', '/'), symlink('o/x', '/')], /no folder/],
  ['a hard link out', [link('evil', '/etc/passwd')], /no file of the image/],
  ['a hard link upwards', [link('evil', '../../etc/passwd')], /leaves the image/],
  ['a hard link to a link', [symlink('s', '/etc/passwd'), link('evil', 's')], /no file/],
  ['a hard link to a folder', [dir('d'), link('evil', 'd')], /no file/],
  ['a device', [{ name: 'null', type: 'character-device' }], /character-device, which is refused/],
  ['a disk', [{ name: 'sda', type: 'block-device' }], /block-device, which is refused/],
  ['a pipe', [{ name: 'pipe', type: 'fifo' }], /fifo, which is refused/],
  ['a name too long', [{ name: `a/${'x'.repeat(256)}` }], /more than 255 bytes/],
  ['a sparse file', [sparse('disk', { 'GNU.sparse.realsize': '9' })], /is a sparse file/],
  ['a root that is a link', [symlink('./', '/')], /root is a symlink/],
]
for (const [what, entries, why] of escapes) {
  test(`an image with ${what} is refused`, async (t) => {
    const { unpack } = await setUp(t)
    await assert.rejects(unpack(entries), (error) => {
      assert.ok(error instanceof ImageInvalid, String(error))
      assert.match(error.message, why)
      return true
    })
  })
}

test('an absolute path is one within the image, and nothing appears outside', async (t) => {
  const { unpack, store, folder } = await setUp(t)
  const tree = await unpack([
    { name: '/abs/file', content: 'x' },
    symlink('out', '/nowhere'),
    symlink('up', '../../..'),
  ])
  await checkoutImage(store, tree, join(folder, 'out'))
  assert.deepEqual((await readdir(folder)).sort(), ['layer-0', 'out', 'store'])
  assert.deepEqual((await readdir(join(folder, 'out'))).sort(), [
    'abs',
    'dev',
    'out',
    'proc',
    'tmp',
    'up',
  ])
})

test('replacing a folder a layer later cannot be used to write through a link', async (t) => {
  const { unpack } = await setUp(t)
  await assert.rejects(
    unpack([dir('d'), { name: 'd/x' }], [symlink('d', '/etc')], [{ name: 'd/evil' }]),
    ImageInvalid,
  )
})

test('of entries with one name the last is what there is, and a folder keeps what it has', async (t) => {
  const { unpack } = await setUp(t)
  const tree = await unpack([
    { name: 'a', content: 'first' },
    symlink('a', '/etc'),
    { name: 'a', content: 'last', mode: 0o755 },
    dir('d'),
    { name: 'd/x' },
    dir('d'),
  ])
  assert.deepEqual(
    tree.map(({ path }) => path),
    ['a', 'd', 'd/x'],
  )
  assert.equal(tree[0]?.entry.type === 'file' && tree[0].entry.size, 4)
})

test('a file that says to be larger than all may be is refused before a byte of it is kept', async (t) => {
  const { folder, store } = await setUp(t)
  const bytes = await tar([{ name: 'huge', content: 'x' }])
  // The size of the header, and with it the header's sum.
  for (const [octal, at] of [['77777777777', 124]] as const) bytes.write(octal, at)
  let sum = 0
  bytes.fill(' ', 148, 156)
  for (const byte of bytes.subarray(0, 512)) sum += byte
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const path = join(folder, 'layer')
  await writeFile(path, bytes)
  await assert.rejects(
    unpackLayers({
      layers: [{ path, mediaType: MEDIA_TYPES.layer, diffId: digestOf(bytes) }],
      ...{ store, maxBytes: 1 << 20 },
    }),
    /unpacks to more than 1048576 bytes: huge/,
  )
  assert.deepEqual(await readdir(join(folder, 'store', 'tmp')), [])
})

for (const [name, mediaType, compress] of [
  ['gzip', MEDIA_TYPES.layerGzip, gzipSync],
  ['zstd', MEDIA_TYPES.layerZstd, zstdCompressSync],
] as const) {
  test(`a bomb of ${name} is put out when it has unpacked to what it may`, async (t) => {
    const { folder, store } = await setUp(t)
    const path = join(folder, 'layer')
    // Each file is smaller than all may be, together they are not.
    const zeros = Buffer.alloc(640 << 10)
    const bytes = await tar(
      Array.from({ length: 100 }, (_, index) => ({ name: `${index}`, content: zeros })),
    )
    await writeFile(path, compress(bytes))
    assert.ok((await stat(path)).size < 100_000)
    await assert.rejects(
      unpackLayers({
        layers: [{ path, mediaType, diffId: digestOf(bytes) }],
        ...{ store, maxBytes: 1 << 20 },
      }),
      /unpacks to more than 1048576 bytes/,
    )
    assert.deepEqual(await readdir(join(folder, 'store', 'tmp')), [], 'nothing of it is left')
  })
}

test('a million entries are too many, though all had one name', async (t) => {
  const { folder, store } = await setUp(t)
  const header = (await tar([dir('a')])).subarray(0, 512)
  const path = join(folder, 'layer')
  const bytes = Buffer.alloc(512 * 1_000_000 + 1024)
  for (let index = 0; index < 1_000_000; index++) header.copy(bytes, index * 512)
  await writeFile(path, zstdCompressSync(bytes))
  await assert.rejects(
    unpackLayers({
      layers: [{ path, mediaType: MEDIA_TYPES.layerZstd, diffId: digestOf(bytes) }],
      store,
    }),
    /more than 500000 entries/,
  )
})

test('attributes that would fill the memory are refused', async (t) => {
  const { unpack } = await setUp(t)
  const attribute = { 'SCHILY.xattr.user.a': 'x'.repeat(1 << 20) }
  const entries = Array.from({ length: 65 }, (_, index) => sparse(`f${index}`, attribute))
  await assert.rejects(unpack(entries), /take more than 67108864 bytes/)
})

test('an archive that is cut off or no archive is refused', async (t) => {
  const { folder, store } = await setUp(t)
  const whole = await tar([{ name: 'a', content: 'x'.repeat(2000) }])
  for (const bytes of [whole.subarray(0, 1000), Buffer.from('no tar '.repeat(200))]) {
    const path = join(folder, 'layer')
    await writeFile(path, bytes)
    await assert.rejects(
      unpackLayers({
        layers: [{ path, mediaType: MEDIA_TYPES.layer, diffId: digestOf(bytes) }],
        store,
      }),
      (error) => error instanceof ImageInvalid && /cannot be unpacked/.test(error.message),
    )
  }
})
