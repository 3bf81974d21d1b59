import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ociConfig, ociManifest } from '@covenant/schema/image'
import { ISOLATION, probeSandbox } from '@covenant/service/sandbox-probe'
import { CliError } from '../errors.ts'
import { blobPath, readIndex } from './layout.ts'
import { packImage } from './pack.ts'

const folder = mkdtempSync(join(tmpdir(), 'covenant-pack-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let layouts = 0
const newLayout = () => join(folder, `layout-${(layouts += 1)}`)
const json = (layout: string, digest: `sha256:${string}`) =>
  JSON.parse(readFileSync(blobPath(layout, digest), 'utf8'))

test('the same programs give the same digest in another folder', async () => {
  const [one, two] = await Promise.all(
    [newLayout(), newLayout()].map((layout) =>
      packImage({ layout, repository: 'hello', programs: ['/bin/sh', '/bin/sleep'] }),
    ),
  )
  assert.equal(one?.digest, two?.digest)
})

test('an image holds the programs at the paths that were given, their loader and their libraries', async () => {
  const layout = newLayout()
  const { digest, files } = await packImage({ layout, repository: 'hello', programs: ['/bin/sh'] })
  assert.ok(files.includes('/bin/sh'))
  assert.ok(files.some((file) => /\/ld-[^/]+$/.test(file)))

  const manifest = ociManifest.parse(json(layout, digest))
  const config = ociConfig.parse(json(layout, manifest.config.digest))
  assert.deepEqual(config.config?.Entrypoint, ['/bin/sh'])
  assert.equal(config.rootfs.diff_ids.length, 1)
})

test('a packed program runs with nothing of the host but the packed files', async () => {
  const layout = newLayout()
  const { digest, files } = await packImage({
    layout,
    repository: 'hello',
    programs: ['/bin/sh', '/bin/cat'],
  })
  const [layer] = ociManifest.parse(json(layout, digest)).layers
  assert.ok(layer)
  const root = join(folder, 'root')
  mkdirSync(root)
  execFileSync('tar', ['-xzf', blobPath(layout, layer.digest), '-C', root])

  const script = 'echo hello; cat /tmp/../etc/passwd 2>/dev/null || echo nothing of the host'
  const loader = files.find((file) => /\/ld-[^/]+$/.test(file)) ?? ''
  const probe = await probeSandbox()
  const [program = '', ...args] = probe.works
    ? [probe.bwrap, ...ISOLATION, '--ro-bind', root, '/', '/bin/sh', '-c', script]
    : // Where no sandbox starts, the packed loader alone still shows that nothing is missing.
      [
        join(root, loader),
        '--inhibit-cache',
        join(root, 'bin/sh'),
        '-c',
        'echo hello; echo nothing of the host',
      ]
  const run = spawnSync(program, args, { encoding: 'utf8' })
  assert.equal(run.stdout, 'hello\nnothing of the host\n', run.stderr)
})

test('packing again, and other names, leaves what is in the layout', async () => {
  const layout = newLayout()
  const pack = (repository: string, program: string) =>
    packImage({ layout, repository, programs: [program] })
  const first = await pack('hello', '/bin/sh')
  const newer = await pack('hello', '/bin/cat')
  await pack('hello', '/bin/sh')
  await pack('shop/web', '/bin/sh')

  const { manifests } = await readIndex(layout)
  const images = manifests.map(({ digest, annotations }) => [
    annotations?.['covenant.repository'],
    digest,
  ])
  assert.deepEqual(images, [
    ['hello', newer.digest],
    ['hello', first.digest],
    ['shop/web', first.digest],
  ])
  assert.deepEqual(readdirSync(join(layout, 'unfinished')), [])
})

test('packers at once lose nothing of each other', async () => {
  const layout = newLayout()
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  await Promise.all(
    names.map((repository) => packImage({ layout, repository, programs: ['/bin/cat'] })),
  )
  const { manifests } = await readIndex(layout)
  const packed = manifests.map(({ annotations }) => annotations?.['covenant.repository'])
  assert.deepEqual(new Set(packed), new Set(names))
  assert.equal(packed.length, names.length)
})

test('what a killed packer left unfinished is removed by the next', async () => {
  const layout = newLayout()
  mkdirSync(join(layout, 'unfinished'), { recursive: true })
  const gone = spawnSync('/bin/true').pid
  writeFileSync(join(layout, 'unfinished', `${gone}-half`), 'half a layer')
  await packImage({ layout, repository: 'hello', programs: ['/bin/cat'] })
  assert.deepEqual(readdirSync(join(layout, 'unfinished')), [])
})

test('a script brings its interpreter', async () => {
  const script = join(folder, 'greet')
  writeFileSync(script, '#!/bin/sh -e\necho hello\n', { mode: 0o755 })
  const { files } = await packImage({
    layout: newLayout(),
    repository: 'hello',
    programs: [script],
  })
  assert.ok(files.includes('/bin/sh') && files.includes(script))
})

const refused: [name: string, programs: string[], message: RegExp][] = [
  ['a name that is not on PATH', ['no-such-program'], /not a program on PATH.*\/bin\/sh/],
  ['a path without a file', ['/bin/no-such-program'], /no such file/],
  ['a folder', ['/bin'], /is no file/],
  ['a device', ['/dev/zero'], /is no file/],
  ['a file that is no program', ['/etc/passwd'], /no ELF file/],
]
for (const [name, programs, message] of refused) {
  test(`${name} is refused as wrong usage, and leaves no layout behind`, async () => {
    const layout = newLayout()
    await assert.rejects(
      packImage({ layout, repository: 'hello', programs }),
      (error) => error instanceof CliError && error.exitCode === 2 && message.test(error.message),
    )
    assert.throws(() => readdirSync(layout), { code: 'ENOENT' })
  })
}

test('a folder that holds another kind of index is left alone', async () => {
  const layout = newLayout()
  mkdirSync(layout)
  writeFileSync(join(layout, 'index.json'), '{"name":"something else"}')
  await assert.rejects(
    packImage({ layout, repository: 'hello', programs: ['/bin/cat'] }),
    /is not the index of an OCI image layout/,
  )
  assert.equal(readFileSync(join(layout, 'index.json'), 'utf8'), '{"name":"something else"}')
})
