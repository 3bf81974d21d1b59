import {
  EAFNOSUPPORT,
  ENOSYS,
  EPERM,
  NEW_NAMESPACES,
  PERSONALITIES,
  SOCKET_FAMILIES,
  type SeccompArch,
} from './seccomp.ts'
import { allowedNames } from './syscalls.ts'

const ARCHITECTURES: Record<SeccompArch, string> = {
  x64: 'SCMP_ARCH_X86_64',
  arm64: 'SCMP_ARCH_AARCH64',
}
/** No family beyond this has been given a number that a program asks for by mistake. */
const LAST_OF_THE_SMALL = 16

type Rule = {
  names: string[]
  action: 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO'
  errnoRet?: number
  args?: { index: number; value: number; valueTwo?: number; op: string }[]
}

/**
 * The system call filter of every workload in the words of the OCI: the same rules as the program of
 * seccomp.ts, which says why. One rule compares an argument once, so what is refused is listed out.
 */
export function ociSeccomp(arch: SeccompArch) {
  const allow = (name: string, op: string, value: number, valueTwo?: number): Rule => ({
    names: [name],
    action: 'SCMP_ACT_ALLOW',
    args: [{ index: 0, value, op, ...(valueTwo === undefined ? {} : { valueTwo }) }],
  })
  const refuse = (name: string, errnoRet: number, args?: Rule['args']): Rule => ({
    names: [name],
    action: 'SCMP_ACT_ERRNO',
    errnoRet,
    ...(args ? { args } : {}),
  })
  const otherFamilies = Array.from({ length: LAST_OF_THE_SMALL }, (_, family) => family).filter(
    (family) => !SOCKET_FAMILIES.includes(family),
  )
  const syscalls: Rule[] = [
    { names: allowedNames(), action: 'SCMP_ACT_ALLOW' },
    allow('clone', 'SCMP_CMP_MASKED_EQ', NEW_NAMESPACES, 0),
    refuse('clone3', ENOSYS),
    ...SOCKET_FAMILIES.map((family) => allow('socket', 'SCMP_CMP_EQ', family)),
    ...otherFamilies.map((value) =>
      refuse('socket', EAFNOSUPPORT, [{ index: 0, value, op: 'SCMP_CMP_EQ' }]),
    ),
    refuse('socket', EAFNOSUPPORT, [{ index: 0, value: LAST_OF_THE_SMALL, op: 'SCMP_CMP_GT' }]),
    ...PERSONALITIES.map((value) => allow('personality', 'SCMP_CMP_EQ', value)),
  ]
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: [ARCHITECTURES[arch]],
    syscalls,
  }
}
