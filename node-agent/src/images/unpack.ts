import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Transform, type Duplex, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { IMAGE_LIMITS, MEDIA_TYPES, type Digest } from '@covenant/schema/image'
import { extract, type Header } from 'tar-stream'
import { ImageInvalid } from './errors.ts'
import type { ImageStore } from './store.ts'
import { createTreeBuilder, type ImageTree, type TreeBuilder } from './tree.ts'

/** One layer as fetched: verified bytes on disk. */
export type LayerFile = {
  path: string
  mediaType: string
  /** The digest of the layer's tar, unpacked, as the image's config has it. */
  diffId: Digest
}

export type UnpackOptions = {
  layers: readonly LayerFile[]
  store: ImageStore
  /** All layers together, unpacked. @default IMAGE_LIMITS.unpackedBytes */
  maxBytes?: number
  signal?: AbortSignal | undefined
}

/** Keeps the files of all layers in the store and returns the tree they make. @throws ImageInvalid */
export async function unpackLayers({
  layers,
  store,
  maxBytes = IMAGE_LIMITS.unpackedBytes,
  signal,
}: UnpackOptions): Promise<ImageTree> {
  const tree = createTreeBuilder()
  const bounds = createBounds()
  let left = maxBytes
  for (const layer of layers) {
    tree.beginLayer()
    const meter = createMeter(left, maxBytes)
    const archive = extract()
    const reading = readEntries({ archive, tree, store, bounds, left, maxBytes })
    // The reader's error, not the pipeline's, says what is wrong with the archive.
    const feeding = pipeline(
      [
        createReadStream(layer.path),
        ...decompressors(layer.mediaType),
        meter.stream,
        archive as unknown as Writable,
      ],
      signal ? { signal } : {},
    )
    const [read, fed] = await Promise.allSettled([reading, feeding])
    signal?.throwIfAborted()
    for (const end of [read, fed]) {
      if (end.status === 'rejected') throw asInvalid(end.reason)
    }
    if (meter.digest() !== layer.diffId) {
      throw new ImageInvalid(`a layer unpacks to other bytes than the config's ${layer.diffId}`)
    }
    left -= meter.bytes()
  }
  return tree.finish()
}

type ReadOptions = {
  archive: ReturnType<typeof extract>
  tree: TreeBuilder
  store: ImageStore
  bounds: Bounds
  left: number
  maxBytes: number
}

async function readEntries(options: ReadOptions): Promise<void> {
  const { archive, tree, store, bounds, left, maxBytes } = options
  for await (const entry of archive) {
    const { header } = entry
    bounds.count(header)
    // What a sparse file leaves out is its size all the same, and is refused before any is written.
    if ((header.size ?? 0) > left) {
      throw new ImageInvalid(`the image unpacks to more than ${maxBytes} bytes: ${header.name}`)
    }
    // streamx's types leave out that its streams iterate over their chunks.
    const content = entry as unknown as AsyncIterable<Uint8Array>
    await addEntry(tree, header, content, store)
    entry.resume()
  }
}

type Bounds = { count(header: Header): void }

/** Names, targets of links and attributes of one image, which are held in memory. */
const MAX_METADATA_BYTES = 64 * 1024 * 1024

/** Stops an image of too many entries, the same name again and again among them. */
function createBounds(): Bounds {
  let entries = 0
  let bytes = 0
  return {
    count: (header) => {
      entries += 1
      if (entries > IMAGE_LIMITS.entries) {
        throw new ImageInvalid(`the image has more than ${IMAGE_LIMITS.entries} entries`)
      }
      const attributes = Object.entries(header.pax ?? {}).flat()
      for (const text of [header.name, header.linkname ?? '', ...attributes]) bytes += text.length
      if (bytes > MAX_METADATA_BYTES) {
        throw new ImageInvalid(
          `names, links and attributes of the image take more than ${MAX_METADATA_BYTES} bytes`,
        )
      }
    },
  }
}

async function addEntry(
  tree: TreeBuilder,
  header: Header,
  content: AsyncIterable<Uint8Array>,
  store: ImageStore,
): Promise<void> {
  const { name } = header
  const pax = (header.pax ?? {}) as Record<string, string>
  const isSparse = Object.keys(pax).some((key) => key.startsWith('GNU.sparse.'))
  // A type that no archive of an image has, as that of older sparse files.
  const type = isSparse ? 'sparse file' : (header.type ?? 'file of an unknown type')
  const slash = name.lastIndexOf('/', name.endsWith('/') ? name.length - 2 : undefined)
  const folder = name.slice(0, slash + 1)
  const last = name.slice(slash + 1).replace(/\/$/, '')
  if (last === '.wh..wh..opq') return tree.opaque(folder)
  // Other names that begin so are a union file system's own bookkeeping.
  if (last.startsWith('.wh..wh.')) return
  if (last.startsWith('.wh.')) return tree.whiteout(folder + last.slice('.wh.'.length))

  switch (type) {
    case 'directory':
      return tree.add(name, { type: 'dir' })
    case 'file':
    case 'contiguous-file': {
      const about = {
        mode: header.mode & 0o777,
        uid: header.uid,
        gid: header.gid,
        xattrs: readXattrs(header),
      }
      return tree.add(name, { type: 'file', ...(await store.putFile(content, about)) })
    }
    case 'symlink':
      return tree.add(name, { type: 'symlink', target: linkTarget(header) })
    case 'link':
      return tree.link(name, linkTarget(header))
    default:
      throw new ImageInvalid(`${name} is a ${type}, which is refused`)
  }
}

function linkTarget({ name, linkname }: Header): string {
  if (!linkname || linkname.includes('\0') || Buffer.byteLength(linkname) > 4095) {
    throw new ImageInvalid(`${name} is a link without a usable target`)
  }
  return linkname
}

function readXattrs(header: Header): Record<string, string> {
  const prefix = 'SCHILY.xattr.'
  const pax = (header.pax ?? {}) as Record<string, string>
  return Object.fromEntries(
    Object.entries(pax)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  )
}

function decompressors(mediaType: string): Duplex[] {
  switch (mediaType) {
    case MEDIA_TYPES.layer:
      return []
    case MEDIA_TYPES.layerGzip:
    case MEDIA_TYPES.dockerLayerGzip:
      return [createGunzip()]
    case MEDIA_TYPES.layerZstd:
      return [createZstdDecompress()]
    default:
      throw new ImageInvalid(`a layer is ${mediaType}; this node unpacks tar, tar+gzip, tar+zstd`)
  }
}

/** Counts and hashes what passes, and stops a layer that unpacks to more than it may. */
function createMeter(left: number, maxBytes: number) {
  const digest = createHash('sha256')
  let bytes = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > left) {
        return done(new ImageInvalid(`the image unpacks to more than ${maxBytes} bytes`))
      }
      digest.update(chunk)
      done(null, chunk)
    },
  })
  return {
    stream,
    bytes: () => bytes,
    digest: (): Digest => `sha256:${digest.digest('hex')}`,
  }
}

/** An archive that the decompressor or the tar reader cannot read is an invalid image too. */
function asInvalid(error: unknown): unknown {
  if (error instanceof ImageInvalid) return error
  const isOfSystem = (error as NodeJS.ErrnoException).syscall !== undefined
  if (!(error instanceof Error) || isOfSystem) return error
  return new ImageInvalid(`a layer cannot be unpacked: ${error.message}`, { cause: error })
}
