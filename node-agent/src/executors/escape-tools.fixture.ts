/** What tests of escapes look around and measure with, on the host's side. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Cgroups } from './cgroup.ts'
import { withLibraries } from './host-programs.fixture.ts'
import { syscallProgram, type Syscall } from './syscall-program.fixture.ts'

const PROGRAMS = ['/bin/sh', '/bin/cat', '/bin/chmod', '/bin/ls', '/bin/rm', '/bin/sleep'].concat(
  ['head', 'setsid', 'tail', 'tr', 'wc'].map((name) => `/usr/bin/${name}`),
)

export async function layOutRoot(root: string): Promise<void> {
  for (const point of ['dev', 'proc', 'tmp', 'etc'])
    await mkdir(join(root, point), { recursive: true })
  await writeFile(join(root, 'etc', 'marker'), 'as it was packed')
  for (const path of withLibraries(PROGRAMS)) {
    await mkdir(join(root, dirname(path)), { recursive: true })
    await copyFile(realpathSync(path), join(root, path))
  }
}

/** The folders at the root that hold this host's libraries, those of programs apart. */
export function libraryFolders(): string[] {
  const tops = withLibraries(PROGRAMS).map((path) => path.split('/')[1] ?? '')
  return [...new Set(tops)].filter((top) => top !== 'bin' && top !== 'usr')
}

/** A process of this very user on the host; `end` tells whether it was still there. */
export async function startSleeper() {
  const mark = `38${process.pid}`
  const child = spawn('sleep', [mark])
  await once(child, 'spawn')
  return { pid: child.pid as number, mark, end: () => child.signalCode === null && child.kill(9) }
}

export async function callOnHost(calls: Syscall[]): Promise<number | null> {
  const folder = await mkdtemp(join(tmpdir(), 'calls-'))
  try {
    await writeFile(join(folder, 'calls'), syscallProgram(calls), { mode: 0o755 })
    const child = spawn(join(folder, 'calls'))
    const [code] = (await once(child, 'exit')) as [number | null]
    return code
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** struct sockaddr_in or sockaddr_un. */
export function addressBytes(address: AddressInfo | string): Buffer {
  if (typeof address === 'string') return Buffer.concat([Buffer.from([1, 0]), Buffer.from(address)])
  const bytes = Buffer.alloc(16)
  bytes.writeUInt16LE(2, 0)
  bytes.writeUInt16BE(address.port, 2)
  bytes.set([127, 0, 0, 1], 4)
  return bytes
}

export function listFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => `${path} ${statSync(join(root, path)).mode.toString(8)}`)
    .sort()
}

export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

/** Processes of the host, zombies apart, whose command line holds `text`. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text)
      } catch {
        return false
      }
    })
}

/** The control groups whose names begin so, in whichever hierarchy. */
export function groupsOf(cgroups: Cgroups | undefined, prefix: string): string[] {
  if (cgroups === undefined) return []
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .map(([, mount = '']) => dirname(join(mount, cgroups.pathOf(prefix))))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).filter((name) => name.startsWith(prefix)))
}
