import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  formatImageReference,
  IMAGE_LIMITS,
  MEDIA_TYPES,
  ociArchitecture,
  ociConfig,
  ociManifest,
  registryUrl,
  type Digest,
  type ImageReference,
} from '@covenant/schema/image'
import type { z } from 'zod'
import { ImageInvalid, ImageUnavailable } from './errors.ts'
import type { ImageStore } from './store.ts'
import { unpackLayers, type LayerFile } from './unpack.ts'

export type PullOptions = {
  reference: ImageReference
  store: ImageStore
  /** The image's files, unpacked, in bytes. */
  maxBytes: number
  signal?: AbortSignal | undefined
}

const ACCEPT = `${MEDIA_TYPES.manifest}, ${MEDIA_TYPES.dockerManifest}`

/**
 * Fetches an image by its digest into the store; one that is there already is not asked for again.
 * No byte is used before the hash that the digest promises has been seen.
 *
 * @throws ImageUnavailable when trying again may help, ImageInvalid when it will not
 */
export async function pullImage({
  reference,
  store,
  maxBytes,
  signal,
}: PullOptions): Promise<void> {
  if (await store.tree(reference.digest)) return
  const download = createDownload({ reference, store, signal })
  const fetched: string[] = []
  const blob = async (kind: 'manifests' | 'blobs', digest: Digest, limits: Limits) => {
    const path = await download(kind, digest, limits)
    fetched.push(path)
    return path
  }
  try {
    const manifest = readJson(
      ociManifest,
      await readFile(
        await blob('manifests', reference.digest, { maxBytes: IMAGE_LIMITS.manifestBytes }),
      ),
      'manifest',
    )
    const config = readJson(
      ociConfig,
      await readFile(
        await blob('blobs', manifest.config.digest, {
          maxBytes: IMAGE_LIMITS.configBytes,
          bytes: manifest.config.size,
        }),
      ),
      'config',
    )
    const architecture = ociArchitecture(process.arch)
    if (config.os !== 'linux' || config.architecture !== architecture) {
      throw new ImageInvalid(
        `the image is for ${config.os}/${config.architecture}, and this node is linux/${architecture}`,
      )
    }
    if (config.rootfs.diff_ids.length !== manifest.layers.length) {
      throw new ImageInvalid('the config and the manifest differ in their number of layers')
    }
    const layers: LayerFile[] = []
    for (const [index, { digest, size, mediaType }] of manifest.layers.entries()) {
      const path = await blob('blobs', digest, { maxBytes: IMAGE_LIMITS.layerBytes, bytes: size })
      layers.push({ path, mediaType, diffId: config.rootfs.diff_ids[index] as Digest })
    }
    const tree = await unpackLayers({ layers, store, maxBytes, signal })
    await store.putImage(reference.digest, tree)
  } catch (error) {
    if (!(error instanceof ImageInvalid)) throw error
    throw new ImageInvalid(`${formatImageReference(reference)}: ${error.message}`, { cause: error })
  } finally {
    for (const path of fetched) await rm(path, { force: true })
  }
}

type Limits = { maxBytes: number; bytes?: number }

function createDownload({ reference, store, signal }: Omit<PullOptions, 'maxBytes'>) {
  const base = `${registryUrl(reference)}/v2/${reference.repository}`

  /** Writes one blob to a temporary file and returns its path. */
  return async (
    kind: 'manifests' | 'blobs',
    digest: Digest,
    { maxBytes, bytes }: Limits,
  ): Promise<string> => {
    if (bytes !== undefined && bytes > maxBytes) {
      throw new ImageInvalid(`${digest} is of ${bytes} bytes, and at most ${maxBytes} are fetched`)
    }
    const url = `${base}/${kind}/${digest}`
    const response = await request(url, kind, signal)
    const path = store.temporaryFile()
    const check = createCheck(digest, bytes ?? maxBytes)
    try {
      await pipeline(response, check.stream, createWriteStream(path), { signal })
      check.finish(bytes)
    } catch (error) {
      await rm(path, { force: true })
      signal?.throwIfAborted()
      if (error instanceof ImageInvalid || (error as NodeJS.ErrnoException).syscall) throw error
      throw new ImageUnavailable(`${url} broke off: ${(error as Error).message}`, { cause: error })
    }
    return path
  }
}

async function request(url: string, kind: 'manifests' | 'blobs', signal: AbortSignal | undefined) {
  const response = await fetch(url, {
    redirect: 'manual',
    headers: kind === 'manifests' ? { accept: ACCEPT } : {},
    signal: signal ?? null,
  }).catch((error: unknown) => {
    signal?.throwIfAborted()
    const { cause, message } = error as Error
    const reason = cause instanceof Error && cause.message ? cause.message : message
    throw new ImageUnavailable(`${url} cannot be reached: ${reason}`, { cause: error })
  })
  if (response.status === 200 && response.body) return response.body
  await response.body?.cancel()
  const isTransient = response.status >= 500 || response.status === 429 || response.status === 408
  const Failure = isTransient ? ImageUnavailable : ImageInvalid
  throw new Failure(`${url} answered ${response.status} ${response.statusText}`.trimEnd())
}

function createCheck(digest: Digest, maxBytes: number) {
  const hash = createHash('sha256')
  let size = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      if (size > maxBytes) {
        return done(new ImageInvalid(`${digest} is larger than its ${maxBytes} bytes`))
      }
      hash.update(chunk)
      done(null, chunk)
    },
  })
  return {
    stream,
    finish: (bytes: number | undefined) => {
      if (bytes !== undefined && size !== bytes) {
        throw new ImageInvalid(`${digest} came with ${size} bytes instead of ${bytes}`)
      }
      if (`sha256:${hash.digest('hex')}` !== digest) {
        throw new ImageInvalid(`${digest} came with other bytes than its digest says`)
      }
    },
  }
}

function readJson<T>(shape: z.ZodType<T>, bytes: Buffer, what: string): T {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw new ImageInvalid(`the ${what} is no JSON: ${(error as Error).message}`)
  }
  if (what === 'manifest' && (value as { manifests?: unknown } | null)?.manifests !== undefined) {
    throw new ImageInvalid(
      "the digest names an index of several platforms; use the digest of one platform's manifest",
    )
  }
  const read = shape.safeParse(value)
  if (read.success) return read.data
  const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new ImageInvalid(`the ${what} is not as the OCI has it: ${problems.join('; ')}`)
}
