/** The scripts of "covenant completion", in the shells themselves: zsh and fish. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { answer } from '../../testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'covenant-completion-'))
after(() => rmSync(folder, { recursive: true }))

async function scriptFor(shell: string): Promise<string> {
  const path = join(folder, shell)
  writeFileSync(path, (await answer('completion', shell)).script)
  return path
}
const [zsh, fish] = [await scriptFor('zsh'), await scriptFor('fish')]

/** The words that zsh has run once a tab has completed the line, at a terminal of its own. */
function completedByZsh(line: string): string {
  const driver = `
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell 'PS1= ZLE_RPROMPT_INDENT=0; autoload -U compinit; compinit -u -d ${folder}/dump'
    zpty -w shell 'source ${zsh}; covenant() { print -r -- "ran:$*:" }; print is-read-"y"'
    zpty -r -m shell all '*is-read-y*'
    zpty -w shell ${quoted(line)}$'\t'
    zpty -r -m shell all '*ran:*:*'
    print -r -- "$all"`
  const said = execFileSync('zsh', ['-f', '-c', driver], { encoding: 'utf8', env: terminal })
  return /ran:(.*?):/.exec(said)?.[1]?.trim() ?? ''
}
const terminal = { ...process.env, TERM: 'dumb', HOME: folder }
const quoted = (text: string) => `'${text}'`

const lines: [typed: string, completed: string][] = [
  ['rev', 'review'],
  ['contract sh', 'contract show'],
  ['contract show --wa', 'contract show --wait'],
  ['contract show 7 --wait ru', 'contract show 7 --wait running'],
  ['approve 1/0 --no', 'approve 1/0 --no-input'],
  ['node pol', 'node policy'],
  ['nothing --ke', 'nothing --ke'],
]
for (const [typed, completed] of lines) {
  test(`zsh makes "covenant ${completed}" of "covenant ${typed}" and a tab`, () => {
    assert.equal(completedByZsh(`covenant ${typed}`), completed)
  })
}

/** What fish offers after this line, without the descriptions. */
function offeredByFish(line: string): string[] {
  const ask = `source ${fish}; complete -C ${quoted(line)}`
  return execFileSync('fish', ['--no-config', '-c', ask], { encoding: 'utf8', env: terminal })
    .split('\n')
    .filter(Boolean)
    .map((offer) => offer.split('\t')[0] ?? '')
}

const offers: [typed: string, offered: string[]][] = [
  ['rev', ['review']],
  ['contract sh', ['show']],
  ['contract show --wa', ['--wait']],
  ['contract show 7 --wait ', ['closed', 'running']],
  ['approve 1/0 --wait q', ['quorum']],
  ['keys ', ['import', 'list', 'new', 'show']],
  ['approve 1/0 --no', ['--no-input']],
  ['node policy ch', ['check']],
]
for (const [typed, offered] of offers) {
  test(`after "covenant ${typed}" fish offers ${offered.join(', ')}`, () => {
    assert.deepEqual(offeredByFish(`covenant ${typed}`).toSorted(), offered)
  })
}

test('fish tells what each word does', () => {
  const ask = `source ${fish}; complete -C 'covenant top'`
  const said = execFileSync('fish', ['--no-config', '-c', ask], { encoding: 'utf8', env: terminal })
  assert.match(said, /^top-up\tAdd to a contract's escrow/)
})
