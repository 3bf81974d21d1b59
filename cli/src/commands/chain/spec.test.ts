import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { developmentValidator } from '@covenant/chain-client/chain-spec'
import { runCommand } from '../../run-command.ts'

const folder = mkdtempSync(join(tmpdir(), 'covenant-spec-'))
after(() => rmSync(folder, { recursive: true }))
const patch = join(folder, 'patch.json')
writeFileSync(patch, 'slots')

async function spec(...words: string[]) {
  let out = ''
  let err = ''
  const code = await runCommand(['chain', 'spec', ...words], {
    out: (text) => (out += text),
    err: (text) => (err += text),
  })
  return { code, out, err }
}

const { account, aura, grandpa } = developmentValidator('//Dave')
const VALIDATOR = `${account}:${aura}:${grandpa}`
const live = ['--name', 'Our chain', '--validator', VALIDATOR, '--endow', `${account}:1000 COV`]

test('a live chain is written as nodes read it, and never over another', async () => {
  const file = join(folder, 'ours.json')
  const { code, out, err } = await spec('--out', file, ...live, '--json')
  assert.equal(code, 0, err)
  const { genesisHash, ...told } = JSON.parse(out)
  assert.match(genesisHash, /^0x[0-9a-f]{64}$/)
  assert.deepEqual(told, {
    file,
    name: 'Our chain',
    id: 'our-chain',
    chainType: 'Live',
    slotDurationMs: 6_000,
    sudo: null,
  })
  const written = readFileSync(file, 'utf8')
  const { name, id, chainType, properties, genesis } = JSON.parse(written)
  assert.deepEqual([name, id, chainType], ['Our chain', 'our-chain', 'Live'])
  assert.deepEqual(properties, { ss58Format: 42, tokenDecimals: 18, tokenSymbol: 'COV' })
  assert.ok(genesis.raw.top['0x3a636f6465'].startsWith('0x52bc537646db8e05'), 'the committed wasm')

  const again = await spec('--out', file, ...live)
  assert.equal(again.code, 2)
  assert.match(again.err, /ours\.json is there already, .*: name another file/)
  assert.equal(readFileSync(file, 'utf8'), written)
})

const refusals: [why: string, words: string[], message: RegExp][] = [
  ['a live chain without a name', live.slice(2), /--name is missing/],
  [
    'a live chain without validators',
    [...live.slice(0, 2), ...live.slice(4)],
    /--validator is missing/,
  ],
  ['a live chain without money', live.slice(0, 4), /--endow is missing/],
  ['a live chain with sudo', [...live, '--sudo', account], /no live chain has it/],
  ['a live chain of a key that all know', [...live, '--validator', '//Alice'], /everybody knows/],
  [
    'a live chain for an account that all know',
    [...live, '--endow', '//Bob:1 COV'],
    /everybody knows/,
  ],
  [
    'half a validator',
    ['--type', 'local', '--validator', `${account}:${aura}`],
    /ACCOUNT:AURA:GRANDPA/,
  ],
  [
    'a validator that is no address',
    ['--type', 'local', '--validator', 'a:b:c'],
    /"a" is not an address/,
  ],
  [
    'money without a unit',
    ['--type', 'local', '--endow', '//Bob:5'],
    /--endow .*write it as "12\.5 COV"/,
  ],
  ['a slot without length', ['--type', 'local', '--slot', '90s'], /1 to 60 seconds/],
  [
    'a patch that is no JSON',
    ['--type', 'local', '--patch', patch],
    /patch\.json: it is no file of JSON/,
  ],
  ['a name without a letter', ['--type', 'local', '--name', '—'], /needs a letter or digit/],
]
for (const [why, words, message] of refusals) {
  test(`${why} is refused`, async () => {
    const file = join(folder, 'refused.json')
    const { code, err } = await spec('--out', file, ...words)
    assert.match(err, message)
    assert.equal(code, 2)
    assert.ok(!existsSync(file))
  })
}
