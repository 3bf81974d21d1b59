import { createHash, type Hash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { dirname } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type Digest, formatDigest } from '@covenant/schema/image'
import { pack } from 'tar-stream'

/** What sandboxes mount onto; a read-only root cannot be given them later. */
const MOUNT_POINTS = ['/dev', '/proc', '/tmp']

/**
 * Writes the files as a gzipped tar to `target`: sorted, owned by root, mode 0755, without times,
 * so the same files always give the same bytes.
 */
export async function writeLayer(
  files: ReadonlyMap<string, Buffer>,
  target: string,
): Promise<{ digest: Digest; size: number; diffId: Digest }> {
  const tar = pack()
  const entryOf = { mode: 0o755, uid: 0, gid: 0, mtime: new Date(0) }
  const folders = new Set([...MOUNT_POINTS, ...[...files.keys()].flatMap(parents)])
  for (const folder of [...folders].sort()) {
    tar.entry({ ...entryOf, name: `${folder.slice(1)}/`, type: 'directory' })
  }
  for (const [path, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    tar.entry({ ...entryOf, name: path.slice(1), size: bytes.length }, bytes)
  }
  tar.finalize()

  const unpacked = createHash('sha256')
  const packed = createHash('sha256')
  let size = 0
  await pipeline(
    tar,
    observe((chunk) => unpacked.update(chunk)),
    createGzip({ level: 9 }),
    observe((chunk) => {
      packed.update(chunk)
      size += chunk.length
    }),
    createWriteStream(target, { flush: true }),
  )
  return { digest: digestOf(packed), size, diffId: digestOf(unpacked) }
}

function parents(path: string): string[] {
  const parent = dirname(path)
  return parent === '/' ? [] : [...parents(parent), parent]
}

function observe(look: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      look(chunk)
      done(null, chunk)
    },
  })
}

function digestOf(hash: Hash): Digest {
  return formatDigest(hash.digest('hex'))
}
