import { readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, posix } from 'node:path'
import { findOnPath } from '@covenant/service/sandbox-probe'
import { usageError } from '../errors.ts'
import { type Elf, InvalidElf, isElf, readElf } from './elf.ts'

export type ProgramFiles = {
  /** Path in the image (absolute) → the host's bytes for it, links followed. */
  files: Map<string, Buffer>
  /** As image-spec names it. */
  architecture: string
  /** The first program's path in the image. */
  first: string
}

/** `e_machine` → image-spec's name, and the name of Debian's library folders. */
const MACHINES: Record<number, { architecture: string; multiarch: string }> = {
  62: { architecture: 'amd64', multiarch: 'x86_64-linux-gnu' },
  183: { architecture: 'arm64', multiarch: 'aarch64-linux-gnu' },
  243: { architecture: 'riscv64', multiarch: 'riscv64-linux-gnu' },
}

/**
 * The programs of this host with all that their loader needs: the loader itself, and the shared
 * libraries, searched where the loader inside the image will search (run paths, then its built-in
 * folders; the host's cache is not in the image). Scripts bring their interpreter.
 *
 * @param programs absolute paths, kept as they are, or names found on PATH
 * @throws CliError naming the program, and what it misses
 */
export function collectPrograms(
  programs: readonly string[],
  searchPath = process.env['PATH'] ?? '',
): ProgramFiles {
  const files = new Map<string, Buffer>()
  let machine: number | undefined

  const addProgram = (program: string): string => {
    const path = locate(program, searchPath)
    if (files.has(path)) return path
    const bytes = readProgram(path)
    files.set(path, bytes)
    const interpreter = scriptInterpreter(path, bytes)
    if (interpreter !== undefined) {
      addProgram(interpreter)
      return path
    }
    const elf = parseElf(path, bytes)
    machine ??= elf.machine
    if (machine !== elf.machine) {
      throw usageError(`${path} is for another kind of processor than the programs before it`)
    }
    if (elf.interpreter !== undefined) files.set(elf.interpreter, readProgram(elf.interpreter))
    addLibraries({ path, elf, program: path, rpath: [], found: new Set() })
    return path
  }

  const addLibraries = ({ path, elf, program, rpath, found }: Linked): void => {
    const inherited = elf.runpath.length > 0 ? [] : [...elf.rpath, ...rpath]
    const folders = [...inherited, ...elf.runpath].map((folder) =>
      folder.replace(/\$(?:ORIGIN|\{ORIGIN\})/g, dirname(path)),
    )
    for (const name of elf.needed) {
      if (found.has(name)) continue
      found.add(name)
      const library = findLibrary(name, elf.machine, folders)
      if (library === undefined) {
        throw usageError(
          `${program} needs the library ${name}, which is in none of the folders that its loader ` +
            'searches: install it, or pack a program that does not need it',
        )
      }
      files.set(library.path, library.bytes)
      addLibraries({ ...library, program, rpath: inherited, found })
    }
  }

  const [first = ''] = programs.map(addProgram)
  const known = MACHINES[machine ?? 0]
  if (known === undefined) {
    throw usageError(`${first} is for a kind of processor that images are not packed for`)
  }
  return { files, architecture: known.architecture, first }
}

type Linked = {
  path: string
  elf: Elf
  /** The program that started the search, for errors. */
  program: string
  /** Run paths of the old kind of whatever led here. */
  rpath: string[]
  /** A loader loads each name once. */
  found: Set<string>
}

function locate(program: string, searchPath: string): string {
  if (isAbsolute(program)) return posix.normalize(program)
  const found = program.includes('/') ? undefined : findOnPath(program, searchPath)
  if (found === undefined) {
    throw usageError(
      `${program} is not a program on PATH: name one that is, or give an absolute path such as /bin/sh`,
    )
  }
  return found
}

function readProgram(path: string): Buffer {
  try {
    if (statSync(path).isFile()) return readFileSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`
    throw usageError(`${path}: ${reason}; give the path of a program of this host`, {
      cause: error,
    })
  }
  throw usageError(`${path} is no file; give the path of a program of this host`)
}

/** What `#!` names; undefined for a file that is no script. */
function scriptInterpreter(path: string, bytes: Buffer): string | undefined {
  if (bytes.toString('latin1', 0, 2) !== '#!') return undefined
  const line = bytes.toString('utf8', 2).split('\n', 1)[0] ?? ''
  const interpreter = line.trim().split(/\s/, 1)[0] ?? ''
  if (isAbsolute(interpreter)) return interpreter
  throw usageError(`${path}: its first line names no interpreter by an absolute path: #!/bin/sh`)
}

function parseElf(path: string, bytes: Buffer): Elf {
  try {
    return readElf(bytes)
  } catch (error) {
    if (!(error instanceof InvalidElf)) throw error
    throw usageError(`${path} is not a program that can be packed: ${error.message}`, {
      cause: error,
    })
  }
}

function findLibrary(name: string, machine: number, folders: string[]) {
  const multiarch = MACHINES[machine]?.multiarch ?? 'none'
  const builtIn = [
    `/lib/${multiarch}`,
    `/usr/lib/${multiarch}`,
    '/lib64',
    '/usr/lib64',
    '/lib',
    '/usr/lib',
  ]
  const candidates = name.includes('/')
    ? [name]
    : [...folders, ...builtIn].map((folder) => join(folder, name))
  for (const path of candidates) {
    const bytes = readIfThere(path)
    if (bytes === undefined || !isElf(bytes)) continue
    const elf = parseElf(path, bytes)
    if (elf.machine === machine) return { path, bytes, elf }
  }
  return undefined
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
