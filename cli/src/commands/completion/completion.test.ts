import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { answer } from '../../testing.ts'

const { script } = await answer('completion', 'bash')

/** What bash offers after these words, the last of which is being typed. */
function complete(...words: string[]): string[] {
  const given = words.map((word) => `'${word}'`).join(' ')
  const shell = `${script}\nCOMP_WORDS=(covenant ${given}); COMP_CWORD=${words.length}; _covenant; printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['--norc', '-c', shell], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean)
}

const cases: [words: string[], offered: string[]][] = [
  [['rev'], ['review']],
  [['contract', 'sh'], ['show']],
  [['contract', 'show', '--wa'], ['--wait']],
  [
    ['contract', 'show', '7', '--wait', ''],
    ['running', 'closed'],
  ],
  [['approve', '1/0', '--wait', 'q'], ['quorum']],
  [
    ['keys', ''],
    ['new', 'import', 'list', 'show', '--help'],
  ],
  [['approve', '1/0', '--no'], ['--no-input']],
  [['nothing', '--key'], []],
]
for (const [words, offered] of cases) {
  test(`after "covenant ${words.join(' ')}" bash offers ${offered.join(', ') || 'nothing'}`, () => {
    assert.deepEqual(complete(...words), offered)
  })
}
