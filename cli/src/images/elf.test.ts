import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { InvalidElf, readElf } from './elf.ts'

test('a program of this host names its loader and its libraries', () => {
  const { interpreter, needed } = readElf(readFileSync('/bin/sh'))
  assert.match(interpreter ?? '', /\/ld-/)
  assert.ok(needed.some((name) => /^libc[.-]/.test(name)))
})

test('a file that is cut short anywhere is refused, never misread', () => {
  const whole = readFileSync('/bin/sh')
  const expected = readElf(whole)
  let refused = 0
  for (let length = 0; length < whole.length; length += 97) {
    try {
      assert.deepEqual(readElf(whole.subarray(0, length)), expected)
    } catch (error) {
      assert.ok(error instanceof InvalidElf, String(error))
      refused += 1
    }
  }
  assert.ok(refused > 5, `${refused} lengths were refused`)
})

test('any one wrong byte of the headers is refused or read, and never breaks the reader', () => {
  const whole = readFileSync('/bin/sh')
  let refused = 0
  for (let at = 0; at < 1_024; at += 1) {
    const damaged = Buffer.from(whole)
    damaged[at] = (damaged[at] ?? 0) ^ 0xff
    try {
      readElf(damaged)
    } catch (error) {
      assert.ok(error instanceof InvalidElf, `byte ${at}: ${String(error)}`)
      refused += 1
    }
  }
  assert.ok(refused > 5, `${refused} bytes were refused`)
})
