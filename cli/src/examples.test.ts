import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readDeployment } from '@covenant/schema/deployment'

const folder = join(import.meta.dirname, '../../examples')
const examples = readdirSync(folder).filter((name) => name.endsWith('.yaml'))

test('there are examples', () => assert.ok(examples.includes('hello.yaml')))

for (const name of examples) {
  const text = readFileSync(join(folder, name), 'utf8')

  test(`examples/${name} is a deployment once its images are pinned`, () => {
    const pinned = text.replace(/^(\s+image: \S+)$/gm, `$1@sha256:${'0'.repeat(64)}`)
    const { body } = readDeployment(pinned, name)
    assert.equal(`${body.name}.yaml`, name)
  })

  test(`examples/${name} as it lies there is refused, naming the command that pins its images`, () => {
    assert.throws(() => readDeployment(text, name), /digest is required.*covenant image pack/)
  })
}
