import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blocksOf, examplesOf, indentedBlocks, printsAsShown } from './document.ts'

const PAGE = `# Page

\`\`\`console background
$ covenant group create shop \\
    --member //Alice:50
block 4
$ covenant status
\`\`\`

text

    indented
`

test('blocks are found with their kind, and their commands with what is shown below', () => {
  const [block, ...others] = blocksOf(PAGE)
  assert.deepEqual([block?.line, block?.kind, block?.words], [3, 'console', ['background']])
  assert.deepEqual(others, [])
  assert.deepEqual(examplesOf(block!), [
    {
      line: 4,
      command: 'covenant group create shop \\\n    --member //Alice:50',
      output: 'block 4\n',
    },
    { line: 7, command: 'covenant status', output: '' },
  ])
})

test('a block by indentation is found, one within a fence is none', () => {
  assert.deepEqual(indentedBlocks(PAGE), [12])
})

test('output before any command is an error with its line', () => {
  const [block] = blocksOf('```console\nblock 4\n```\n')
  assert.throws(() => examplesOf(block!), /line 2: output before any/)
})

const SHOWN = 'block …: group 1 (…)\n…\nthe end\n'
const printed: [printed: string, isAsShown: boolean][] = [
  ['block 5: group 1 (5F)\nthe end\n', true],
  ['block 5: group 1 (5F)\none\n\ntwo\nthe end\n', true],
  ['block 5: group 2 (5F)\nthe end\n', false],
  ['block 5: group 1 (5F)\nthe end\nand more\n', false],
  ['before\nblock 5: group 1 (5F)\nthe end\n', false],
  ['block 5: group 1 (5F)\nthe END\n', false],
  ['', false],
]
for (const [text, isAsShown] of printed) {
  test(`${JSON.stringify(text)} ${isAsShown ? 'is' : 'is not'} as shown`, () => {
    assert.equal(printsAsShown(text, SHOWN), isAsShown)
  })
}

test('a command that shows nothing prints nothing', () => {
  assert.ok(printsAsShown('', ''))
  assert.ok(!printsAsShown('x\n', ''))
})
