import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { after, test } from 'node:test'
import { styleText } from 'node:util'
import { runCommand } from './run-command.ts'
import { wrap } from './wrap.ts'

const folder = mkdtempSync('/tmp/covenant-wrap-')
after(() => rmSync(folder, { recursive: true }))

const cases: [name: string, text: string, wrapped: string][] = [
  ['what fits stays', 'one two', 'one two'],
  [
    'a sentence goes on at the margin',
    'one two three four five six',
    'one two three four\nfive six',
  ],
  [
    'a value goes on beneath itself',
    'to  one two three four five',
    'to  one two three\n    four five',
  ],
  ['a step goes on beneath its words', '  2. one two three four', '  2. one two three\n     four'],
  ['what has no space is left whole', `hash  ${'a'.repeat(30)}`, `hash  ${'a'.repeat(30)}`],
  [
    'lines are wrapped each for itself',
    'a\n\none two three four five',
    'a\n\none two three four\nfive',
  ],
]
for (const [name, text, wrapped] of cases) {
  test(`in 20 columns: ${name}`, () => assert.equal(wrap(text, 20), wrapped))
}

test('a command wraps for a terminal what is to be read, and nothing that a program takes', async () => {
  const columns = { out: 40, err: 40 }
  const lines = async (...words: string[]) => {
    let out = ''
    const streams = { out: (text: string) => (out += text), err: () => {}, columns }
    assert.equal(await runCommand(words, streams), 0)
    return out
  }
  const pack = ['image', 'pack', '--name', 'x', '--out', folder, '/bin/true']
  assert.match(await lines(...pack), /\nNext: write it into a deployment file as\nimage, then/)
  assert.equal(JSON.parse(await lines(...pack, '--json')).layout, folder)
  assert.ok((await lines('completion', 'bash')).split('\n').some((line) => line.length > 200))
})

test('colours take no room', () => {
  const text = styleText('bold', 'one two three four')
  assert.equal(wrap(text, 20), text)
})
