/** What the dynamic loader reads of an ELF file, and nothing more (System V ABI, chapters 4 and 5). */
export type Elf = {
  /** `e_machine`: a library of another machine is passed over. */
  machine: number
  /** The loader that the kernel starts for a program; none for a static one and for libraries. */
  interpreter: string | undefined
  /** Names of the libraries that it is linked against. */
  needed: string[]
  /** Folders searched first, also for the libraries' own libraries, unless `runpath` is there. */
  rpath: string[]
  /** Folders searched first, for this file's own libraries alone. */
  runpath: string[]
}

/** Sizes and offsets of the 64-bit headers. */
const HEADER = { machine: 18, programHeaders: 32, entrySize: 54, entryCount: 56 }
const SEGMENT = { offset: 8, address: 16, fileSize: 32 }
const PT_LOAD = 1
const PT_DYNAMIC = 2
const PT_INTERP = 3
const DYNAMIC_ENTRY_BYTES = 16
const DT_NULL = 0
const DT_NEEDED = 1
const DT_STRTAB = 5
const DT_RPATH = 15
const DT_RUNPATH = 29

export class InvalidElf extends Error {
  override name = 'InvalidElf'
}

export function isElf(file: Uint8Array): boolean {
  return file[0] === 0x7f && file[1] === 0x45 && file[2] === 0x4c && file[3] === 0x46
}

/** @throws InvalidElf when the file is not a well-formed 64-bit little-endian ELF file. */
export function readElf(file: Buffer): Elf {
  try {
    return read(file)
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidElf('it is cut short', { cause: error })
    throw error
  }
}

function read(file: Buffer): Elf {
  if (!isElf(file)) throw new InvalidElf('it is no ELF file')
  if (file[4] !== 2 || file[5] !== 1) throw new InvalidElf('it is not 64-bit little-endian')
  const segments = readSegments(file)
  const interpreter = segments.find(({ type }) => type === PT_INTERP)
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC)
  const entries = dynamic === undefined ? [] : readDynamic(file, dynamic)

  const strings = entries.find(({ tag }) => tag === DT_STRTAB)?.value
  const textsOf = (wanted: number) =>
    entries
      .filter(({ tag }) => tag === wanted)
      .map(({ value }) => readText(file, fileOffset(segments, strings ?? 0) + value))
  const foldersOf = (wanted: number) =>
    textsOf(wanted)
      .flatMap((text) => text.split(':'))
      .filter((folder) => folder !== '')
  return {
    machine: file.readUInt16LE(HEADER.machine),
    interpreter: interpreter && readText(file, interpreter.offset),
    needed: textsOf(DT_NEEDED),
    rpath: foldersOf(DT_RPATH),
    runpath: foldersOf(DT_RUNPATH),
  }
}

type Segment = { type: number; offset: number; address: number; bytes: number }

function readSegments(file: Buffer): Segment[] {
  const start = readNumber(file, HEADER.programHeaders)
  const entrySize = file.readUInt16LE(HEADER.entrySize)
  return Array.from({ length: file.readUInt16LE(HEADER.entryCount) }, (_, index) => {
    const at = start + index * entrySize
    return {
      type: file.readUInt32LE(at),
      offset: readNumber(file, at + SEGMENT.offset),
      address: readNumber(file, at + SEGMENT.address),
      bytes: readNumber(file, at + SEGMENT.fileSize),
    }
  })
}

function readDynamic(file: Buffer, { offset, bytes }: Segment): { tag: number; value: number }[] {
  const entries = []
  for (let at = offset; at < offset + bytes; at += DYNAMIC_ENTRY_BYTES) {
    const tag = readNumber(file, at)
    if (tag === DT_NULL) break
    entries.push({ tag, value: readNumber(file, at + 8) })
  }
  return entries
}

/** Where in the file the byte lies that is loaded at `address`. */
function fileOffset(segments: Segment[], address: number): number {
  const segment = segments.find(
    ({ type, address: start, bytes }) =>
      type === PT_LOAD && start <= address && address < start + bytes,
  )
  if (segment === undefined) throw new InvalidElf('its string table is in no segment')
  return address - segment.address + segment.offset
}

function readText(file: Buffer, at: number): string {
  const end = file.indexOf(0, at)
  if (end === -1) throw new InvalidElf('it is cut short')
  return file.toString('utf8', at, end)
}

/** A 64-bit number; tags of the operating system's own are above 2^53, and rounding keeps them apart from ours. */
function readNumber(file: Buffer, at: number): number {
  return Number(file.readBigUInt64LE(at))
}
