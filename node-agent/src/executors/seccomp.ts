/**
 * The system call filter of every workload, as the BPF program that bubblewrap installs: what a
 * program without capabilities, network and namespaces of its own has no use for is refused, because
 * such calls are where kernels break. The rest is allowed.
 */

export type SeccompArch = 'x64' | 'arm64'

type Numbers = Record<SeccompArch, number | undefined>

/** Numbers by include/uapi/asm-generic/unistd.h (arm64) and arch/x86/entry/syscalls (x64). */
const REFUSED: Record<string, Numbers> = {
  acct: { x64: 163, arm64: 89 },
  add_key: { x64: 248, arm64: 217 },
  adjtimex: { x64: 159, arm64: 171 },
  bpf: { x64: 321, arm64: 280 },
  chroot: { x64: 161, arm64: 51 },
  clock_adjtime: { x64: 305, arm64: 266 },
  clock_settime: { x64: 227, arm64: 112 },
  delete_module: { x64: 176, arm64: 106 },
  fanotify_init: { x64: 300, arm64: 262 },
  finit_module: { x64: 313, arm64: 273 },
  fsconfig: { x64: 431, arm64: 431 },
  fsmount: { x64: 432, arm64: 432 },
  fsopen: { x64: 430, arm64: 430 },
  fspick: { x64: 433, arm64: 433 },
  init_module: { x64: 175, arm64: 105 },
  io_uring_enter: { x64: 426, arm64: 426 },
  io_uring_register: { x64: 427, arm64: 427 },
  io_uring_setup: { x64: 425, arm64: 425 },
  ioperm: { x64: 173, arm64: undefined },
  iopl: { x64: 172, arm64: undefined },
  kcmp: { x64: 312, arm64: 272 },
  kexec_file_load: { x64: 320, arm64: 294 },
  kexec_load: { x64: 246, arm64: 104 },
  keyctl: { x64: 250, arm64: 219 },
  lookup_dcookie: { x64: 212, arm64: 18 },
  modify_ldt: { x64: 154, arm64: undefined },
  mount: { x64: 165, arm64: 40 },
  mount_setattr: { x64: 442, arm64: 442 },
  move_mount: { x64: 429, arm64: 429 },
  move_pages: { x64: 279, arm64: 239 },
  name_to_handle_at: { x64: 303, arm64: 264 },
  nfsservctl: { x64: 180, arm64: 42 },
  open_by_handle_at: { x64: 304, arm64: 265 },
  open_tree: { x64: 428, arm64: 428 },
  perf_event_open: { x64: 298, arm64: 241 },
  pidfd_getfd: { x64: 438, arm64: 438 },
  pivot_root: { x64: 155, arm64: 41 },
  process_vm_readv: { x64: 310, arm64: 270 },
  process_vm_writev: { x64: 311, arm64: 271 },
  ptrace: { x64: 101, arm64: 117 },
  quotactl: { x64: 179, arm64: 60 },
  quotactl_fd: { x64: 443, arm64: 443 },
  reboot: { x64: 169, arm64: 142 },
  request_key: { x64: 249, arm64: 218 },
  setdomainname: { x64: 171, arm64: 162 },
  sethostname: { x64: 170, arm64: 161 },
  setns: { x64: 308, arm64: 268 },
  settimeofday: { x64: 164, arm64: 170 },
  swapoff: { x64: 168, arm64: 225 },
  swapon: { x64: 167, arm64: 224 },
  sysfs: { x64: 139, arm64: undefined },
  syslog: { x64: 103, arm64: 116 },
  umount2: { x64: 166, arm64: 39 },
  unshare: { x64: 272, arm64: 97 },
  uselib: { x64: 134, arm64: undefined },
  userfaultfd: { x64: 323, arm64: 282 },
  ustat: { x64: 136, arm64: undefined },
  vhangup: { x64: 153, arm64: 58 },
}

const CLONE: Numbers = { x64: 56, arm64: 220 }
const SOCKET: Numbers = { x64: 41, arm64: 198 }
const CLONE3 = 435
/** Calls newer than this list (mseal is the last it knows) do not exist for a workload. */
const LAST_KNOWN = 462

/** The flags of clone that make a namespace: CLONE_NEWNS, NEWCGROUP, NEWUTS … NEWNET. */
const NEW_NAMESPACES = 0x7e02_0000
/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: others (vsock, raw packets) can reach past a namespace. */
const SOCKET_FAMILIES = [1, 2, 10, 16]

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
const EPERM = 1
const ENOSYS = 38
const EAFNOSUPPORT = 97
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

  code.push([JUMP_EQUAL, 0, 4, CLONE[arch] as number], [LOAD, 0, 0, ARGUMENT])
  when(JUMP_SET, NEW_NAMESPACES)
  answer(errno(EPERM))
  answer(ALLOW)

  const families = SOCKET_FAMILIES.length
  code.push([JUMP_EQUAL, 0, 3 + families, SOCKET[arch] as number], [LOAD, 0, 0, ARGUMENT])
  for (const [index, family] of SOCKET_FAMILIES.entries()) {
    code.push([JUMP_EQUAL, families - index, 0, family])
  }
  answer(errno(EAFNOSUPPORT))
  answer(ALLOW)

  for (const numbers of Object.values(REFUSED)) {
    const number = numbers[arch]
    if (number === undefined) continue
    when(JUMP_EQUAL, number)
    answer(errno(EPERM))
  }
  answer(ALLOW)
  return encode(code)
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
