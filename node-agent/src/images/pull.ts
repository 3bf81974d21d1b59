import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  digestHex,
  formatImageReference,
  IMAGE_LIMITS,
  MEDIA_TYPES,
  ociArchitecture,
  ociConfig,
  ociIndex,
  ociManifest,
  type Digest,
  type ImageReference,
  type OciDescriptor,
  type OciManifest,
} from '@covenant/schema/image'
import type { z } from 'zod'
import { downloadBlob } from './download.ts'
import { ImageInvalid } from './errors.ts'
import { createRegistry, type RegistryAccess } from './registry.ts'
import type { ImageStore } from './store.ts'
import type { ImageTree } from './tree.ts'
import { unpackLayers, type LayerFile } from './unpack.ts'

export type PullOptions = {
  /** Its digest names a manifest, or an index of which this host's platform is taken. */
  reference: ImageReference
  store: ImageStore
  access: RegistryAccess
  /** The image's files, unpacked, in bytes. */
  maxBytes: number
  signal?: AbortSignal | undefined
}

const ACCEPT = [
  MEDIA_TYPES.manifest,
  MEDIA_TYPES.dockerManifest,
  MEDIA_TYPES.index,
  MEDIA_TYPES.dockerIndex,
].join(', ')

/**
 * Fetches an image by its digest into the store; one that is there already is not asked for again.
 * No byte is used before the hash that the digest promises has been seen. What came before a fetch
 * broke off is kept beside the store, and the next one goes on from there.
 *
 * @throws ImageUnavailable when trying again may help, ImageInvalid when it will not
 */
export async function pullImage(options: PullOptions): Promise<void> {
  const { reference, store, access, maxBytes, signal } = options
  const kept = await store.tree(reference.digest)
  if (kept) return refuseLarge(kept, { reference, maxBytes })
  const folder = store.downloadFolder(reference.digest)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const registry = createRegistry({ reference, access, signal })
  const fetch: Fetch = async (kind, digest, limits) => {
    const path = join(folder, digestHex(digest))
    const accept = kind === 'manifests' ? { accept: ACCEPT } : {}
    await downloadBlob({ registry, kind, digest, path, signal, ...limits, ...accept })
    return path
  }
  try {
    await pullInto(options, fetch)
    await rm(folder, { recursive: true, force: true })
  } catch (error) {
    if (!(error instanceof ImageInvalid)) throw error
    await rm(folder, { recursive: true, force: true })
    throw new ImageInvalid(`${formatImageReference(reference)}: ${error.message}`, { cause: error })
  }
}

/** What may be taken never depends on what another contract brought before. */
function refuseLarge(
  tree: ImageTree,
  { reference, maxBytes }: Pick<PullOptions, 'reference' | 'maxBytes'>,
): void {
  const sizes = tree.map(({ entry }) => (entry.type === 'file' ? entry.size : 0))
  if (sizes.reduce((sum, size) => sum + size, 0) <= maxBytes) return
  throw new ImageInvalid(
    `${formatImageReference(reference)}: the image unpacks to more than ${maxBytes} bytes`,
  )
}

/** Brings one blob and answers where it lies. */
type Fetch = (
  kind: 'manifests' | 'blobs',
  digest: Digest,
  limits: { maxBytes: number; bytes?: number },
) => Promise<string>

async function pullInto({ reference, store, maxBytes, signal }: PullOptions, fetch: Fetch) {
  const manifest = await fetchManifest(reference.digest, fetch)
  const { digest, size } = manifest.config
  const limits = { maxBytes: IMAGE_LIMITS.configBytes, bytes: size }
  const config = readJson(ociConfig, await readFile(await fetch('blobs', digest, limits)), 'config')
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
    // What unpacks to no more than it may is hardly larger packed.
    const maxLayer = Math.min(IMAGE_LIMITS.layerBytes, maxBytes + PACKING_BYTES)
    const path = await fetch('blobs', digest, { maxBytes: maxLayer, bytes: size })
    layers.push({ path, mediaType, diffId: config.rootfs.diff_ids[index] as Digest })
  }
  const tree = await unpackLayers({ layers, store, maxBytes, signal })
  await store.putImage(reference.digest, tree)
}

/** What headers may add to a layer that cannot be made smaller. */
const PACKING_BYTES = 1024 * 1024

async function fetchManifest(digest: Digest, fetch: Fetch): Promise<OciManifest> {
  const limits = { maxBytes: IMAGE_LIMITS.manifestBytes }
  const read = async (digest: Digest, bytes?: number) =>
    readFile(
      await fetch('manifests', digest, { ...limits, ...(bytes === undefined ? {} : { bytes }) }),
    )
  const first = await read(digest)
  if (!isIndex(first)) return readJson(ociManifest, first, 'manifest')
  const chosen = choosePlatform(readJson(ociIndex, first, 'index').manifests)
  const second = await read(chosen.digest, chosen.size)
  if (isIndex(second)) throw new ImageInvalid('the index leads to another index')
  return readJson(ociManifest, second, 'manifest')
}

/** Of several, the first for this host; a variant of its processor that all of its kind run is fine. */
function choosePlatform(manifests: readonly OciDescriptor[]): OciDescriptor {
  const architecture = ociArchitecture(process.arch)
  const usual = architecture === 'arm64' ? 'v8' : 'v1'
  const chosen = manifests.find(
    ({ platform }) =>
      platform?.os === 'linux' &&
      platform.architecture === architecture &&
      (platform.variant ?? usual) === usual,
  )
  if (chosen) return chosen
  const there = manifests.map(({ platform }) =>
    platform ? `${platform.os}/${platform.architecture}` : 'unknown',
  )
  throw new ImageInvalid(
    `the index has nothing for linux/${architecture}, only ${[...new Set(there)].join(', ') || 'nothing'}`,
  )
}

/** Bytes that could be taken for a manifest and an index alike are neither. */
function isIndex(bytes: Buffer): boolean {
  const value = parseJson(bytes, 'manifest') as { manifests?: unknown; layers?: unknown } | null
  if (value?.manifests === undefined) return false
  if (value.layers !== undefined) throw new ImageInvalid('a manifest is an index at the same time')
  return true
}

function readJson<T>(shape: z.ZodType<T>, bytes: Buffer, what: string): T {
  const read = shape.safeParse(parseJson(bytes, what))
  if (read.success) return read.data
  const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new ImageInvalid(`the ${what} is not as the OCI has it: ${problems.join('; ')}`)
}

function parseJson(bytes: Buffer, what: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw new ImageInvalid(`the ${what} is no JSON: ${(error as Error).message}`)
  }
}
