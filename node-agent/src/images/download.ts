import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Digest } from '@covenant/schema/image'
import { isMissing } from '../state/files.ts'
import { ImageInvalid, ImageUnavailable } from './errors.ts'
import type { BlobRequest, Registry } from './registry.ts'

export type DownloadOptions = {
  registry: Registry
  kind: BlobRequest['kind']
  digest: Digest
  accept?: string
  /** Where it is written; what an earlier download left there is gone on with. */
  path: string
  maxBytes: number
  /** Where it is known beforehand. */
  bytes?: number
  signal: AbortSignal | undefined
}

/** A connection that breaks is taken up again so many times before the fetch as a whole has to wait. */
const MAX_RESUMES = 10

/**
 * Writes one blob to `path`. What came is kept when the connection breaks, and asked for no more; once
 * all is there its hash must be the digest's, or nothing of it is kept.
 *
 * @throws ImageUnavailable when trying again may help, ImageInvalid when it will not
 */
export async function downloadBlob(options: DownloadOptions): Promise<void> {
  const { digest, path, maxBytes, bytes } = options
  if (bytes !== undefined && bytes > maxBytes) {
    throw new ImageInvalid(`${digest} is of ${bytes} bytes, and at most ${maxBytes} are fetched`)
  }
  for (let resumes = 0; ; resumes++) {
    const before = await sizeOf(path)
    try {
      await fetchRest(options, before)
      return
    } catch (error) {
      if (error instanceof ImageInvalid) {
        await rm(path, { force: true })
        // What lay there was not its beginning: once more, from the first byte.
        if (before > 0) continue
        throw error
      }
      const hasCome = (await sizeOf(path)) > before
      if (options.signal?.aborted || !hasCome || resumes >= MAX_RESUMES) throw error
    }
  }
}

async function fetchRest(options: DownloadOptions, before: number): Promise<void> {
  const { registry, kind, digest, accept, path, maxBytes, bytes, signal } = options
  const limit = bytes ?? maxBytes
  let check = createCheck(digest, limit)
  if (before > 0) {
    for await (const chunk of createReadStream(path)) check.take(chunk as Uint8Array)
  }
  if (before === 0 || before !== bytes) {
    const response = await registry.open({ kind, digest, accept, from: before })
    const isRest = before > 0 && continuesAt(response, before)
    if (!isRest && response.statusCode !== 200) {
      response.destroy()
      throw new ImageInvalid(`${digest} cannot be gone on with at byte ${before}`)
    }
    if (!isRest) check = createCheck(digest, limit)
    await append(response, { path, check, flags: isRest ? 'a' : 'w', signal })
  }
  check.finish(bytes)
}

function continuesAt({ statusCode, headers }: IncomingMessage, at: number): boolean {
  return statusCode === 206 && (headers['content-range'] ?? '').startsWith(`bytes ${at}-`)
}

type AppendOptions = {
  path: string
  check: Check
  flags: 'a' | 'w'
  signal: AbortSignal | undefined
}

async function append(
  response: IncomingMessage,
  { path, check, flags, signal }: AppendOptions,
): Promise<void> {
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        check.take(chunk)
        done(null, chunk)
      } catch (error) {
        done(error as Error)
      }
    },
  })
  try {
    const file = createWriteStream(path, { flags, mode: 0o600 })
    await pipeline(response, counting, file, signal ? { signal } : {})
  } catch (error) {
    signal?.throwIfAborted()
    const isKnown = error instanceof ImageInvalid || error instanceof ImageUnavailable
    if (isKnown || isOfDisk(error as NodeJS.ErrnoException)) throw error
    throw new ImageUnavailable(`the download broke off: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

/** The writing failed, not the reading. */
function isOfDisk({ code = '', path }: NodeJS.ErrnoException): boolean {
  return path !== undefined || ['EDQUOT', 'EIO', 'ENOSPC', 'EROFS'].includes(code)
}

type Check = { take(chunk: Uint8Array): void; finish(bytes: number | undefined): void }

function createCheck(digest: Digest, maxBytes: number): Check {
  const hash = createHash('sha256')
  let size = 0
  return {
    take: (chunk) => {
      size += chunk.length
      if (size > maxBytes) throw new ImageInvalid(`${digest} is larger than its ${maxBytes} bytes`)
      hash.update(chunk)
    },
    finish: (bytes) => {
      if (bytes !== undefined && size !== bytes) {
        throw new ImageInvalid(`${digest} came with ${size} bytes instead of ${bytes}`)
      }
      if (`sha256:${hash.digest('hex')}` !== digest) {
        throw new ImageInvalid(`${digest} came with other bytes than its digest says`)
      }
    },
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    (error: unknown) => {
      if (isMissing(error)) return 0
      throw error
    },
  )
}
