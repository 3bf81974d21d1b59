/** Builds programs of nothing but system calls, for tests that look at what the kernel answers. */

/** The number that the first call of the program returned, as an argument of a later one. */
export const FIRST_RESULT = Symbol('the result of the first call')

export type SyscallArgument = number | Uint8Array | typeof FIRST_RESULT
export type Syscall = readonly [
  number: { x64: number; arm64: number },
  ...arguments: SyscallArgument[],
]

/** The calls that the tests make, which no shell can make for them. */
export const CALLS = {
  accept: { x64: 43, arm64: 202 },
  bind: { x64: 49, arm64: 200 },
  chroot: { x64: 161, arm64: 51 },
  clone: { x64: 56, arm64: 220 },
  clone3: { x64: 435, arm64: 435 },
  close: { x64: 3, arm64: 57 },
  connect: { x64: 42, arm64: 203 },
  io_uring_setup: { x64: 425, arm64: 425 },
  keyctl: { x64: 250, arm64: 219 },
  kill: { x64: 62, arm64: 129 },
  listen: { x64: 50, arm64: 201 },
  mmap: { x64: 9, arm64: 222 },
  mount: { x64: 165, arm64: 40 },
  nanosleep: { x64: 35, arm64: 101 },
  process_vm_readv: { x64: 310, arm64: 270 },
  ptrace: { x64: 101, arm64: 117 },
  read: { x64: 0, arm64: 63 },
  setns: { x64: 308, arm64: 268 },
  socket: { x64: 41, arm64: 198 },
  umount2: { x64: 166, arm64: 39 },
  unshare: { x64: 272, arm64: 97 },
  write: { x64: 1, arm64: 64 },
} as const

const EXIT = { x64: 60, arm64: 93 }
const BASE = 0x40_0000n
const HEADERS_BYTES = 64 + 56

/**
 * A static program for this machine that makes `calls` one after another: it exits with the errno of
 * the first that fails, or with 0. Bytes among the arguments are passed by their address, and the same
 * bytes by the same: what one call reads into them another can write out.
 */
export function syscallProgram(calls: readonly Syscall[]): Buffer {
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64'
  const assemble = arch === 'arm64' ? assembleArm64 : assembleX64
  const data = new Map<Uint8Array, bigint>()
  const build = (dataAt: bigint) => {
    data.clear()
    let at = dataAt
    return Buffer.concat(
      calls.map(([number, ...values], index) =>
        assemble(
          BigInt(number[arch]),
          values.map((value) => {
            if (!(value instanceof Uint8Array)) return value
            const known = data.get(value)
            if (known !== undefined) return known
            const address = at
            data.set(value, address)
            at += BigInt(value.length)
            return address
          }),
          { isFirst: index === 0, isLast: index === calls.length - 1 },
        ),
      ),
    )
  }
  // Every address takes the same room, so the length is known before the addresses are.
  const length = build(0n).length
  const code = build(BASE + BigInt(HEADERS_BYTES + length))
  return elf(Buffer.concat([code, ...data.keys()]), arch)
}

type Value = number | bigint | typeof FIRST_RESULT
type Place = { isFirst: boolean; isLast: boolean }

function word(value: number | bigint): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(value)))
  return bytes
}

/** rdi, rsi, rdx, r10, r8, r9 by `mov r64, imm64` and by `mov r64, r12`. */
const X64_LOAD = ['48bf', '48be', '48ba', '49ba', '49b8', '49b9']
const X64_FROM_R12 = ['4c89e7', '4c89e6', '4c89e2', '4d89e2', '4d89e0', '4d89e1']

function assembleX64(number: bigint, values: readonly Value[], { isFirst, isLast }: Place): Buffer {
  const hex = (text: string) => Buffer.from(text, 'hex')
  const parts = values.map((value, index) =>
    value === FIRST_RESULT
      ? hex(X64_FROM_R12[index] as string)
      : Buffer.concat([hex(X64_LOAD[index] as string), word(value)]),
  )
  // rax = number; syscall
  parts.push(hex('48b8'), word(number), hex('0f05'))
  if (isFirst) parts.push(hex('4989c4')) // r12 = rax
  const exit = Buffer.concat([hex('48b8'), word(BigInt(EXIT.x64)), hex('0f05')])
  // if rax >= 0 skip: edi = -eax; exit(edi)
  parts.push(hex('4885c0'), hex('79'), Buffer.from([4 + exit.length]), hex('89c7f7df'), exit)
  if (isLast) parts.push(hex('31ff'), exit)
  return Buffer.concat(parts)
}

function assembleArm64(
  number: bigint,
  values: readonly Value[],
  { isFirst, isLast }: Place,
): Buffer {
  const code: number[] = []
  const load = (register: number, value: number | bigint) => {
    const bits = BigInt.asUintN(64, BigInt(value))
    // movz, then movk for each of the other quarters
    for (const quarter of [0, 1, 2, 3]) {
      const immediate = Number((bits >> BigInt(16 * quarter)) & 0xffffn)
      const operation = quarter === 0 ? 0xd280_0000 : 0xf280_0000
      code.push((operation | (quarter << 21) | (immediate << 5) | register) >>> 0)
    }
  }
  const svc = 0xd400_0001
  for (const [register, value] of values.entries()) {
    if (value === FIRST_RESULT) code.push((0xaa13_03e0 | register) >>> 0) // mov x, x19
    else load(register, value)
  }
  load(8, number)
  code.push(svc)
  if (isFirst) code.push(0xaa00_03f3) // mov x19, x0
  // cmp x0, #0; b.ge past the exit; neg x0, x0; exit(x0)
  code.push(0xf100_001f, 0x5400_00ea, 0xcb00_03e0)
  load(8, EXIT.arm64)
  code.push(svc)
  if (isLast) {
    load(0, 0)
    load(8, EXIT.arm64)
    code.push(svc)
  }
  const bytes = Buffer.alloc(code.length * 4)
  for (const [index, instruction] of code.entries()) bytes.writeUInt32LE(instruction, index * 4)
  return bytes
}

/** An ELF file of one segment that may be read, written and executed, entered at its first instruction. */
function elf(content: Buffer, arch: 'x64' | 'arm64'): Buffer {
  const header = Buffer.alloc(HEADERS_BYTES)
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  header.writeUInt16LE(2, 16)
  header.writeUInt16LE(arch === 'x64' ? 62 : 183, 18)
  header.writeUInt32LE(1, 20)
  header.writeBigUInt64LE(BASE + BigInt(HEADERS_BYTES), 24)
  header.writeBigUInt64LE(64n, 32)
  header.writeUInt16LE(64, 52)
  header.writeUInt16LE(56, 54)
  header.writeUInt16LE(1, 56)
  const size = BigInt(HEADERS_BYTES + content.length)
  header.writeUInt32LE(1, 64)
  header.writeUInt32LE(7, 68)
  header.writeBigUInt64LE(BASE, 80)
  header.writeBigUInt64LE(BASE, 88)
  header.writeBigUInt64LE(size, 96)
  header.writeBigUInt64LE(size, 104)
  header.writeBigUInt64LE(0x1000n, 112)
  return Buffer.concat([header, content])
}
