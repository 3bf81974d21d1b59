import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { init } from './init.ts'
import { validate } from './validate.ts'

const folder = mkdtempSync(join(tmpdir(), 'covenant-init-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('the file that is written is a deployment, explains its lines, and names the schema', async () => {
  const file = join(folder, 'shop.yaml')
  const { data } = await init({ file })
  assert.deepEqual(data, { file, name: 'shop' })
  const { text } = await validate({ file })
  assert.match(
    text,
    /is a deployment, "shop"[^]*body hash +0x[0-9a-f]{64}[^]*cpu 100m, memory 64Mi/,
  )
  const written = readFileSync(file, 'utf8')
  const schema = /\$schema=(\S+)/.exec(written)?.[1] ?? ''
  assert.match(readFileSync(resolve(dirname(file), schema), 'utf8'), /"Covenant deployment/)
  assert.ok(written.split('\n').filter((line) => /^\s*#/.test(line)).length >= 15)
})

test('a file that is there stays as it is', async () => {
  const file = join(folder, 'mine.yaml')
  writeFileSync(file, 'mine')
  await assert.rejects(init({ file }), /is there already, and is left as it is/)
  assert.equal(readFileSync(file, 'utf8'), 'mine')
})

test('a name or an image that the file could not have is refused before it is written', async () => {
  const file = join(folder, 'none.yaml')
  await assert.rejects(init({ file, name: 'Shop' }), /--name Shop: .*not a name/)
  await assert.rejects(init({ file, image: 'nginx' }), /--image nginx: .*a digest is required/)
  assert.throws(() => readFileSync(file), /ENOENT/)
})
