import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { MEDIA_TYPES } from '@covenant/schema/image'
import { checkoutImage } from './checkout.ts'
import { ImageInvalid } from './errors.ts'
import { digestOf, tar, type TarEntry } from './images.fixture.ts'
import { createImageStore } from './store.ts'
import { unpackLayers } from './unpack.ts'

async function setUp(t: TestContext) {
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
    return unpackLayers({ layers: files, store })
  }
  const paths = async (...layers: TarEntry[][]) => (await unpack(...layers)).map(({ path }) => path)
  return { folder, store, unpack, paths }
}

const dir = (name: string): TarEntry => ({ name, type: 'directory' })
const link = (name: string, linkname: string): TarEntry => ({ name, type: 'link', linkname })
const symlink = (name: string, linkname: string): TarEntry => ({ name, type: 'symlink', linkname })

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
  ['a pipe', [{ name: 'pipe', type: 'fifo' }], /fifo, which is refused/],
  ['a name too long', [{ name: `a/${'x'.repeat(256)}` }], /more than 255 bytes/],
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
