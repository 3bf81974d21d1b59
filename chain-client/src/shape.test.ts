import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { InvalidArgument, UnexpectedShape } from './errors.ts'
import { account, amount, bytes32, read, text, u16, u64, word, write } from './shape.ts'

const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'
const shape = z.strictObject({
  owner: account,
  escrow: amount,
  members: z.array(z.strictObject({ weight: u16 })),
  endedAt: z.nullable(u64),
  state: word('Running', 'Suspended'),
})
const stored = {
  owner: ALICE,
  escrow: 5n,
  members: [{ weight: 1 }],
  endedAt: null,
  state: { type: 'Running', value: null },
}

test('what fits a shape is read and written back', () => {
  const plain = read(shape, stored, 'it')
  assert.deepEqual(plain, { ...stored, state: 'Running' })
  assert.deepEqual(write(shape, plain, 'it'), stored)
})

test('a field that is missing, new or of another type is an error that names it', () => {
  const { endedAt: _, ...missing } = stored
  const wrong: [path: RegExp, value: unknown][] = [
    [/^it\.endedAt: /, missing],
    [/^it: .*"extra"/, { ...stored, extra: 1 }],
    [/^it\.escrow: /, { ...stored, escrow: 5 }],
    [/^it\.members\.0\.weight: /, { ...stored, members: [{ weight: 65_536 }] }],
    [/^it\.state\.type: /, { ...stored, state: { type: 'Retired', value: null } }],
  ]
  for (const [path, value] of wrong) {
    assert.throws(
      () => read(shape, value, 'it'),
      (error) => error instanceof UnexpectedShape && path.test(error.message),
      String(path),
    )
  }
})

test('a value that could not be encoded is refused where it was passed, naming the field', () => {
  const plain = read(shape, stored, 'it')
  const wrong: [path: RegExp, value: typeof plain][] = [
    [/^it\.owner: "nobody" is not an address/, { ...plain, owner: 'nobody' }],
    [/^it\.escrow: /, { ...plain, escrow: 2n ** 128n }],
    [/^it\.escrow: /, { ...plain, escrow: -1n }],
    [/^it\.members\.0\.weight: /, { ...plain, members: [{ weight: 65_536 }] }],
    [/^it\.endedAt: /, { ...plain, endedAt: 1.5 }],
    [/^it\.state: /, { ...plain, state: 'Closed' as 'Running' }],
  ]
  for (const [path, value] of wrong) {
    assert.throws(
      () => write(shape, value, 'it'),
      (error) => error instanceof InvalidArgument && path.test(error.message),
      String(path),
    )
  }
})

test('text that is not UTF-8, or that no database takes, is read all the same', () => {
  const encoded = Uint8Array.of(0x61, 0xff, 0x00, 0x62)
  assert.equal(read(text, encoded, 'name'), 'a\uFFFD\uFFFDb')
  assert.deepEqual(write(text, 'größe', 'name'), new TextEncoder().encode('größe'))
})

test('a hash may be given as bytes or in capitals, and has 32 bytes', () => {
  const hex = `0x${'ab'.repeat(32)}` as const
  assert.equal(write(bytes32, `0x${'AB'.repeat(32)}`, 'hash'), hex)
  assert.equal(write(bytes32, new Uint8Array(32).fill(0xab) as never, 'hash'), hex)
  assert.throws(() => write(bytes32, '0xab', 'hash'), /^InvalidArgument: hash: .* 1 bytes/)
})
