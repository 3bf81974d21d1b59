import { createHash, hash, randomUUID } from 'node:crypto'
import { constants, createReadStream, linkSync, lstatSync, readFileSync } from 'node:fs'
import {
  access,
  chmod,
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
} from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { digestHex, formatDigest, type Digest } from '@covenant/schema/image'
import { isMissing, syncFolder, writeFileAtomic } from '../state/files.ts'
import { ImageDamaged } from './errors.ts'
import type { ImageTree, StoredFile } from './tree.ts'

/**
 * The files of all images, each once.
 *
 *     files/ab/cdef…     one file, named by the hash of what it is: content, mode, owner, xattrs
 *     images/DIGEST.TREE an image's tree, packed, named by the image's digest and its own hash; changed
 *                        when a sweep last found the image needed
 *     downloads/DIGEST/  what came of an image that is not all here yet
 *     tmp/               what is being written; emptied at start
 *
 * On disk a file is read-only, and readable (executable, where anyone may execute it) for everybody:
 * within a sandbox there is one user, and the image is theirs.
 */
export type ImageStore = {
  /** Where the blobs of an image that is being fetched lie; kept across starts until it is swept. */
  downloadFolder(digest: Digest): string
  /** Keeps a file's bytes; what is kept already is not written again. */
  putFile(
    content: AsyncIterable<Uint8Array>,
    about: Omit<StoredFile, 'sha256' | 'size'>,
  ): Promise<StoredFile>
  /** Makes the image known, once all its files are kept. */
  putImage(digest: Digest, tree: ImageTree): Promise<void>
  /** The image's tree; undefined when it is not here or its text has changed. */
  tree(digest: Digest): Promise<ImageTree | undefined>
  /** @throws ImageDamaged naming `path` when the kept file is not what was put. */
  verifyFile(file: StoredFile, path: string): Promise<void>
  /** Puts a kept file at `destination`: the same inode, or a copy where it has no more links to give. */
  placeFile(file: StoredFile, destination: string): Promise<void>
  /** Forgets an image and takes out those of its files that are damaged, so that a fetch brings them anew. */
  discard(digest: Digest): Promise<void>
  /**
   * Forgets the images that are neither needed nor worth keeping, and removes the files that no image
   * has. Not while one is fetched. Killed at any moment, it leaves every image that is known whole.
   */
  sweep(needed: ReadonlySet<Digest>, unused: UnusedImages): Promise<Swept>
}

/** How much of the images that nobody needs is kept, and for how long after they were needed last. */
export type UnusedImages = { maxBytes: number; maxAgeMs: number }

export type Swept = {
  /** What was removed. */
  images: number
  files: number
  /** What the images that nobody needs still take, beside what others have too. */
  unusedBytes: number
}

/** Larger files are hashed as a stream. */
const WHOLE_READ_BYTES = 16 * 1024 * 1024

export async function createImageStore(folder: string): Promise<ImageStore> {
  const files = join(folder, 'files')
  const images = join(folder, 'images')
  const downloads = join(folder, 'downloads')
  const temporary = join(folder, 'tmp')
  await rm(temporary, { recursive: true, force: true })
  for (const made of [files, images, downloads, temporary])
    await mkdir(made, { recursive: true, mode: 0o700 })

  const temporaryFile = () => join(temporary, randomUUID())

  const fileAt = (file: StoredFile) => {
    const key = fileKey(file)
    return join(files, key.slice(0, 2), key.slice(2))
  }

  const putFile: ImageStore['putFile'] = async (content, about) => {
    const writing = temporaryFile()
    const written = await writeHashed(content, writing).catch(async (error: unknown) => {
      await rm(writing, { force: true })
      throw error
    })
    const file: StoredFile = { ...written, ...about }
    const destination = fileAt(file)
    if (await exists(destination)) {
      await rm(writing)
      return file
    }
    await chmod(writing, diskMode(file))
    await mkdir(join(destination, '..'), { recursive: true, mode: 0o700 })
    await rename(writing, destination)
    return file
  }

  const imageFile = async (digest: Digest) => {
    const names = await readdir(images)
    return names.find((name) => name.startsWith(`${digestHex(digest)}.`))
  }

  const forget = async (digest: Digest) => {
    const name = await imageFile(digest)
    if (name !== undefined) await rm(join(images, name), { force: true })
  }

  const verifyFile: ImageStore['verifyFile'] = async (file, path) => {
    const found = await readFingerprint(fileAt(file)).catch((error: unknown) => {
      if (isMissing(error)) throw new ImageDamaged(path, 'it is missing')
      throw error
    })
    if (found.sha256 !== file.sha256) throw new ImageDamaged(path, 'its bytes have changed')
    if (found.mode !== diskMode(file)) throw new ImageDamaged(path, 'its mode has changed')
  }

  const tree: ImageStore['tree'] = async (digest) => {
    const name = await imageFile(digest)
    if (name === undefined) return undefined
    const packed = await readFile(join(images, name))
    if (hash('sha256', packed) !== name.split('.')[1]) return undefined
    return JSON.parse(zstdDecompressSync(packed).toString()) as ImageTree
  }

  /** Of the images that nobody needs, those needed last are kept first. */
  const chooseImages = async (needed: ReadonlySet<Digest>, unused: UnusedImages) => {
    const now = Date.now()
    const names = await readdir(images)
    // What a crash left of a tree that was being written has no image's name.
    const isTree = (name: string) => /^[0-9a-f]{64}\.[0-9a-f]{64}$/.test(name)
    const known = await Promise.all(
      names.filter(isTree).map(async (name) => {
        const isNeeded = needed.has(formatDigest(name.split('.')[0] ?? ''))
        if (isNeeded) await utimes(join(images, name), new Date(now), new Date(now))
        return { name, isNeeded, at: (await stat(join(images, name))).mtimeMs }
      }),
    )
    known.sort((a, b) => Number(b.isNeeded) - Number(a.isNeeded) || b.at - a.at)
    const kept = new Set<string>()
    const forgotten = names.filter((name) => !isTree(name))
    let unusedBytes = 0
    for (const { name, isNeeded, at } of known) {
      const files = filesOf(await tree(formatDigest(name.split('.')[0] ?? '')))
      const own = files?.filter((file) => !kept.has(fileKey(file))) ?? []
      const bytes = isNeeded ? 0 : own.reduce((sum, { size }) => sum + size, 0)
      const isKept =
        isNeeded || (now - at <= unused.maxAgeMs && unusedBytes + bytes <= unused.maxBytes)
      if (files === undefined || !isKept) {
        forgotten.push(name)
        continue
      }
      unusedBytes += bytes
      for (const file of own) kept.add(fileKey(file))
    }
    return { kept, forgotten, unusedBytes }
  }

  return {
    downloadFolder: (digest) => join(downloads, digestHex(digest)),
    putFile,
    putImage: async (digest, tree) => {
      await forget(digest)
      for (const shelf of await readdir(files)) await syncFolder(join(files, shelf))
      const packed = zstdCompressSync(JSON.stringify(tree))
      await writeFileAtomic(join(images, `${digestHex(digest)}.${hash('sha256', packed)}`), packed)
    },
    tree,
    verifyFile,
    placeFile: async (file, destination) => {
      const source = fileAt(file)
      try {
        linkSync(source, destination)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EMLINK') throw error
        await copyFile(source, destination, constants.COPYFILE_FICLONE)
        await chmod(destination, diskMode(file))
      }
    },
    discard: async (digest) => {
      for (const { path, entry } of (await tree(digest)) ?? []) {
        if (entry.type !== 'file') continue
        await verifyFile(entry, path).catch(async (error: unknown) => {
          if (!(error instanceof ImageDamaged)) throw error
          await rm(fileAt(entry), { force: true })
        })
      }
      await forget(digest)
    },
    sweep: async (needed, unused) => {
      const { kept, forgotten, unusedBytes } = await chooseImages(needed, unused)
      // Images first: a file is removed only once no image that is known has it.
      for (const name of forgotten) await rm(join(images, name))
      for (const hex of await readdir(downloads)) {
        if (needed.has(formatDigest(hex))) continue
        await rm(join(downloads, hex), { recursive: true, force: true })
      }
      let removed = 0
      for (const shelf of await readdir(files)) {
        for (const rest of await readdir(join(files, shelf))) {
          if (kept.has(shelf + rest)) continue
          await rm(join(files, shelf, rest))
          removed += 1
        }
      }
      return { images: forgotten.length, files: removed, unusedBytes }
    },
  }
}

/** The name of a kept file: a hash over everything that it is. */
export function fileKey({ sha256, size, mode, uid, gid, xattrs }: StoredFile): string {
  const names = Object.entries(xattrs).sort(([a], [b]) => (a < b ? -1 : 1))
  return hash('sha256', JSON.stringify([sha256, size, mode, uid, gid, names]))
}

/** Each file of a tree once. */
function filesOf(tree: ImageTree | undefined): StoredFile[] | undefined {
  if (tree === undefined) return undefined
  const files = tree.flatMap(({ entry }) => (entry.type === 'file' ? [entry] : []))
  return [...new Map(files.map((file) => [fileKey(file), file])).values()]
}

function diskMode({ mode }: StoredFile): number {
  return (mode & 0o111) === 0 ? 0o444 : 0o555
}

async function writeHashed(
  content: AsyncIterable<Uint8Array>,
  path: string,
): Promise<{ sha256: string; size: number }> {
  const digest = createHash('sha256')
  let size = 0
  const handle = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of content) {
      digest.update(chunk)
      size += chunk.length
      await handle.writeFile(chunk)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  return { sha256: digest.digest('hex'), size }
}

/** Of small files without leaving the thread: a launch reads thousands of them. */
async function readFingerprint(path: string): Promise<{ sha256: string; mode: number }> {
  const about = lstatSync(path)
  const mode = about.isFile() ? about.mode & 0o7777 : -1
  if (about.size <= WHOLE_READ_BYTES) return { sha256: hash('sha256', readFileSync(path)), mode }
  const digest = createHash('sha256')
  await pipeline(createReadStream(path), digest)
  return { sha256: digest.digest('hex'), mode }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
