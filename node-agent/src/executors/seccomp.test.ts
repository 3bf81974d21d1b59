import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeccompFilter, type SeccompArch } from './seccomp.ts'
import { allowedCalls } from './syscalls.ts'

/** What the kernel would answer: `allow`, `kill` or the errno. */
function ask(filter: Buffer, call: { arch: number; nr: number; argument?: number }) {
  const data = Buffer.alloc(64)
  data.writeUInt32LE(call.nr, 0)
  data.writeUInt32LE(call.arch, 4)
  data.writeUInt32LE((call.argument ?? 0) >>> 0, 16)
  let value = 0
  for (let at = 0; ; at++) {
    const operation = filter.readUInt16LE(at * 8)
    const operand = filter.readUInt32LE(at * 8 + 4)
    const jump = (truth: boolean) => (at += filter.readUInt8(at * 8 + (truth ? 2 : 3)))
    if (operation === 0x20) value = data.readUInt32LE(operand)
    else if (operation === 0x15) jump(value === operand)
    else if (operation === 0x35) jump(value >= operand)
    else if (operation === 0x45) jump((value & operand) !== 0)
    else {
      assert.equal(operation, 0x06)
      if (operand === 0x7fff_0000) return 'allow'
      return operand === 0x8000_0000 ? 'kill' : operand & 0xffff
    }
  }
}

const ARCHES: Record<SeccompArch, { arch: number; calls: Record<string, number> }> = {
  x64: {
    arch: 0xc000_003e,
    calls: {
      read: 0,
      execve: 59,
      clone: 56,
      socket: 41,
      mount: 165,
      ptrace: 101,
      unshare: 272,
      personality: 135,
    },
  },
  arm64: {
    arch: 0xc000_00b7,
    calls: {
      read: 63,
      execve: 221,
      clone: 220,
      socket: 198,
      mount: 40,
      ptrace: 117,
      unshare: 97,
      personality: 92,
    },
  },
}

for (const [name, { arch, calls }] of Object.entries(ARCHES)) {
  const filter = createSeccompFilter(name as SeccompArch)
  const answer = (call: string, argument?: number) =>
    ask(filter, {
      arch,
      nr: calls[call] as number,
      ...(argument === undefined ? {} : { argument }),
    })

  test(`on ${name} ordinary calls pass and those for administering a host do not`, () => {
    for (const call of ['read', 'execve']) assert.equal(answer(call), 'allow')
    for (const call of ['mount', 'ptrace', 'unshare']) assert.equal(answer(call), 1, call)
    assert.equal(ask(filter, { arch, nr: 425 }), 1, 'io_uring_setup')
  })

  test(`on ${name} a call passes because it is listed, and the gaps between are refused`, () => {
    const listed = new Set(allowedCalls(name as SeccompArch))
    const decidedByArgument = new Set(['clone', 'socket', 'personality'].map((call) => calls[call]))
    for (let nr = 0; nr <= 462; nr++) {
      if (nr === 435 || decidedByArgument.has(nr)) continue
      assert.equal(ask(filter, { arch, nr }), listed.has(nr) ? 'allow' : 1, String(nr))
    }
    for (const call of ['clone', 'socket', 'personality']) {
      assert.ok(!listed.has(calls[call] as number), `${call} would pass with any argument`)
    }
  })

  test(`on ${name} a program may ask for its personality and not change it`, () => {
    assert.equal(answer('personality', 0xffff_ffff), 'allow')
    assert.equal(answer('personality', 0x0004_0000), 1, 'ADDR_NO_RANDOMIZE')
  })

  test(`on ${name} threads and forks pass, clones into new namespaces do not`, () => {
    assert.equal(answer('clone', 0x003d_0f00), 'allow', 'a thread')
    assert.equal(answer('clone', 17), 'allow', 'a fork')
    for (const flag of [0x2_0000, 0x0200_0000, 0x1000_0000, 0x4000_0000]) {
      assert.equal(answer('clone', flag | 17), 1)
    }
    assert.equal(ask(filter, { arch, nr: 435 }), 38, 'clone3 does not exist')
  })

  test(`on ${name} only sockets that a network namespace holds can be made`, () => {
    for (const family of [1, 2, 10, 16]) assert.equal(answer('socket', family), 'allow')
    for (const family of [0, 3, 17, 29, 38, 40]) assert.equal(answer('socket', family), 97)
  })

  test(`on ${name} calls of another ABI end the program, and calls yet unknown do not exist`, () => {
    assert.equal(ask(filter, { arch: 0x4000_0003, nr: 1 }), 'kill', 'i386')
    assert.equal(ask(filter, { arch: 0x4000_0028, nr: 1 }), 'kill', '32-bit arm')
    assert.equal(ask(filter, { arch, nr: 463 }), 38)
    assert.equal(ask(filter, { arch, nr: 0x4000_0000 }), name === 'x64' ? 'kill' : 38)
  })
}
