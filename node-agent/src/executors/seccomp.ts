import { allowedCalls, type SeccompArch } from './syscalls.ts'

/**
 * The system call filter of every workload, as the BPF program that bubblewrap installs. It allows what
 * a program without capabilities, network and namespaces of its own has a use for, and nothing else:
 * the rest is where kernels break.
 */

export type { SeccompArch }

type Numbers = Record<SeccompArch, number>

const CLONE: Numbers = { x64: 56, arm64: 220 }
const SOCKET: Numbers = { x64: 41, arm64: 198 }
const PERSONALITY: Numbers = { x64: 135, arm64: 92 }
const CLONE3 = 435
/** Calls newer than this (mseal) do not exist for a workload: programs know how to do without. */
const LAST_KNOWN = 462

/** The flags of clone that make a namespace: CLONE_NEWNS, NEWCGROUP, NEWUTS … NEWNET. */
export const NEW_NAMESPACES = 0x7e02_0000
/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: others (vsock, raw packets) can reach past a namespace. */
export const SOCKET_FAMILIES = [1, 2, 10, 16]
/** Plain Linux, and the question which one it is: others change how memory is laid out and protected. */
export const PERSONALITIES = [0, 0xffff_ffff]

/** AUDIT_ARCH of linux/audit.h. */
const AUDIT_ARCH: Record<SeccompArch, number> = { x64: 0xc000_003e, arm64: 0xc000_00b7 }
/** On x64 numbers from here on are the x32 ABI, whose calls would pass by any other name. */
const X32_BIT = 0x4000_0000

// linux/filter.h and linux/seccomp.h
const LOAD = 0x20
const JUMP_EQUAL = 0x15
const JUMP_GREATER_EQUAL = 0x35
const JUMP_SET = 0x45
const RETURN = 0x06
const ALLOW = 0x7fff_0000
const KILL_PROCESS = 0x8000_0000
const errno = (number: number) => 0x0005_0000 | number
export const EPERM = 1
export const ENOSYS = 38
export const EAFNOSUPPORT = 97
/** struct seccomp_data: nr at 0, arch at 4, the first argument's low half at 16 (little endian). */
const NR = 0
const ARCH = 4
const ARGUMENT = 16

export function isSeccompArch(arch: string): arch is SeccompArch {
  return arch === 'x64' || arch === 'arm64'
}

/** The filter for a CPU that Node calls `arch`, as an array of `struct sock_filter`. */
export function createSeccompFilter(arch: SeccompArch): Buffer {
  const code: [code: number, ifTrue: number, ifFalse: number, value: number][] = []
  const answer = (verdict: number) => code.push([RETURN, 0, 0, verdict])
  /** The next instruction is for values that match, the one after for the rest. */
  const when = (jump: number, value: number) => code.push([jump, 0, 1, value])

  code.push([LOAD, 0, 0, ARCH], [JUMP_EQUAL, 1, 0, AUDIT_ARCH[arch]])
  answer(KILL_PROCESS)
  code.push([LOAD, 0, 0, NR])
  if (arch === 'x64') {
    when(JUMP_GREATER_EQUAL, X32_BIT)
    answer(KILL_PROCESS)
  }
  when(JUMP_GREATER_EQUAL, LAST_KNOWN + 1)
  answer(errno(ENOSYS))
  // Its flags lie in memory, where a filter cannot look; libc falls back to clone.
  when(JUMP_EQUAL, CLONE3)
  answer(errno(ENOSYS))

  code.push([JUMP_EQUAL, 0, 4, CLONE[arch]], [LOAD, 0, 0, ARGUMENT])
  when(JUMP_SET, NEW_NAMESPACES)
  answer(errno(EPERM))
  answer(ALLOW)

  /** A call that is allowed with these values of its first argument alone. */
  const allowValues = (call: number, values: readonly number[], otherwise: number) => {
    const count = values.length
    code.push([JUMP_EQUAL, 0, 3 + count, call], [LOAD, 0, 0, ARGUMENT])
    for (const [index, value] of values.entries()) code.push([JUMP_EQUAL, count - index, 0, value])
    answer(errno(otherwise))
    answer(ALLOW)
  }
  allowValues(SOCKET[arch], SOCKET_FAMILIES, EAFNOSUPPORT)
  allowValues(PERSONALITY[arch], PERSONALITIES, EPERM)

  for (const [first, last] of runsOf(allowedCalls(arch))) {
    code.push([JUMP_GREATER_EQUAL, 3, 0, last + 1], [JUMP_GREATER_EQUAL, 0, 1, first])
    answer(ALLOW)
    answer(errno(EPERM))
  }
  answer(errno(EPERM))
  return encode(code)
}

/** Ascending numbers as runs of neighbours: far fewer comparisons than numbers. */
function runsOf(numbers: readonly number[]): [first: number, last: number][] {
  const runs: [number, number][] = []
  for (const number of numbers) {
    const run = runs.at(-1)
    if (run?.[1] === number - 1) run[1] = number
    else runs.push([number, number])
  }
  return runs
}

function encode(code: readonly (readonly [number, number, number, number])[]): Buffer {
  const bytes = Buffer.alloc(code.length * 8)
  for (const [index, [operation, ifTrue, ifFalse, value]] of code.entries()) {
    bytes.writeUInt16LE(operation, index * 8)
    bytes.writeUInt8(ifTrue, index * 8 + 2)
    bytes.writeUInt8(ifFalse, index * 8 + 3)
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4)
  }
  return bytes
}
