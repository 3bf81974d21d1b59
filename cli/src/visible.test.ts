import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLiveLine } from './live-line.ts'
import { oneLine, quoted, visible } from './visible.ts'

test('what would hide, move or turn around what a person reads is written out', () => {
  assert.equal(visible('a\u001B[8mb\u001B[0m'), String.raw`a\u{1b}[8mb\u{1b}[0m`)
  assert.equal(visible('a\rb\u0008c\u009B2Jd'), String.raw`a\u{d}b\u{8}c\u{9b}2Jd`)
  assert.equal(visible('pay \u202E001\u200B'), String.raw`pay \u{202e}001\u{200b}`)
})

test('text, its lines and this command’s own styles stay as they are', () => {
  const text = 'größe 5 °C\n\t\u001B[1mbold\u001B[22m \u001B[33mloud\u001B[39m'
  assert.equal(visible(text), text)
})

test('a name cannot pass for a line of ours', () => {
  assert.equal(quoted('shop"\n\nProof'), String.raw`"shop"\n\nProof"`)
  assert.equal(oneLine('eu\n'), String.raw`eu\n`)
})

test('a terminal shows for how long a command has waited, beneath what is said meanwhile', (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'] })
  let screen = ''
  // What a terminal makes of it: the line that was erased is gone.
  const write = (text: string) => {
    screen = (screen + text)
      .split('\r\u001B[2K')
      .reduce((shown, part) => shown.slice(0, shown.lastIndexOf('\n') + 1) + part)
  }
  const live = createLiveLine(write, 60)
  live.above('signed\n')
  const done = live.show('waiting until 1/0 is decided')
  t.mock.timers.tick(3000)
  assert.match(screen, /^signed\n.*3 s, waiting until 1\/0 is decided; Ctrl-C stops/)
  live.above('1/0: Bob approved\n')
  assert.match(screen, /^signed\n1\/0: Bob approved\n.*3 s, waiting/)
  done()
  live.above('done\n')
  t.mock.timers.tick(3000)
  assert.equal(screen, 'signed\n1/0: Bob approved\ndone\n')
})

test('where there is no terminal, nothing but what is said is written', () => {
  let written = ''
  const live = createLiveLine((text) => (written += text), undefined)
  const done = live.show('waiting')
  live.above('said\n')
  done()
  assert.equal(written, 'said\n')
})
