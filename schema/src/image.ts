/**
 * OCI images (image-spec 1.1, distribution-spec 1.1) as packers, image endpoints and nodes share them.
 *
 * - A **digest** is `sha256:` and 64 lower-case hex digits: the name of a blob by its bytes.
 * - A **manifest** lists an image's config and layers by digest; the manifest's own digest names the image.
 * - A **reference** says where an image is fetched and which one it is: `host[:port]/repository[:tag]@sha256:…`.
 *
 * Fields that the specification has and nobody here reads are let through: image-spec wants them ignored.
 */
import { z } from 'zod'

export const MEDIA_TYPES = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  layerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  layerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const

/** Sizes beyond which an image is refused, by packers and nodes alike. */
export const IMAGE_LIMITS = {
  /** What registries accept at most, by distribution-spec. */
  manifestBytes: 4 * 1024 * 1024,
  configBytes: 4 * 1024 * 1024,
  /** The longest stack of layers that container engines run. */
  layers: 127,
  layerBytes: 4 * 1024 ** 3,
  /** All layers together, unpacked: 8 GiB. */
  unpackedBytes: 8 * 1024 ** 3,
  /** Files, folders and links in one image. */
  entries: 500_000,
} as const

const DIGEST = /^sha256:[0-9a-f]{64}$/

export const digest = z.templateLiteral(['sha256:', z.string().regex(/^[0-9a-f]{64}$/)])
export type Digest = `sha256:${string}`

export function isDigest(text: string): text is Digest {
  return DIGEST.test(text)
}

/** The 64 hex digits of a digest. */
export function digestHex(of: Digest): string {
  return of.slice('sha256:'.length)
}

/** @throws RangeError unless `hex` is 64 lower-case hex digits. */
export function formatDigest(hex: string): Digest {
  const text = `sha256:${hex}`
  if (!isDigest(text))
    throw new RangeError(`${JSON.stringify(hex)} is not a sha256 in lower-case hex`)
  return text
}

const annotations = z.record(z.string(), z.string())

export const ociDescriptor = z.object({
  mediaType: z.string().min(1).max(255),
  digest,
  size: z.int().nonnegative(),
  annotations: annotations.optional(),
  /** In an index: what the manifest is for. */
  platform: z
    .object({ os: z.string(), architecture: z.string(), variant: z.string().optional() })
    .optional(),
})
export type OciDescriptor = z.infer<typeof ociDescriptor>

export const ociManifest = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.enum([MEDIA_TYPES.manifest, MEDIA_TYPES.dockerManifest]).optional(),
  config: ociDescriptor,
  layers: z.array(ociDescriptor).min(1).max(IMAGE_LIMITS.layers),
  annotations: annotations.optional(),
})
export type OciManifest = z.infer<typeof ociManifest>

/** An image config. What runs is the contract's body: of the config only platform and layers matter here. */
export const ociConfig = z.object({
  architecture: z.string().min(1),
  os: z.string().min(1),
  created: z.string().optional(),
  config: z
    .object({
      User: z.string().optional(),
      Env: z.array(z.string()).nullish(),
      Entrypoint: z.array(z.string()).nullish(),
      Cmd: z.array(z.string()).nullish(),
      WorkingDir: z.string().optional(),
    })
    .nullish(),
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.array(digest) }),
})
export type OciConfig = z.infer<typeof ociConfig>

export const ociIndex = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.enum([MEDIA_TYPES.index, MEDIA_TYPES.dockerIndex]).optional(),
  manifests: z.array(ociDescriptor),
  annotations: annotations.optional(),
})
export type OciIndex = z.infer<typeof ociIndex>

/** The file `oci-layout` at the root of an image layout. */
export const ociLayout = z.object({ imageLayoutVersion: z.literal('1.0.0') })

/** How image-spec names a CPU that Node calls `process.arch`. */
export function ociArchitecture(nodeArch: string): string {
  return nodeArch === 'x64' ? 'amd64' : nodeArch
}

export type ImageReference = {
  /** `host` or `host:port`. */
  host: string
  repository: string
  tag: string | undefined
  digest: Digest
}

export class InvalidImageReference extends Error {
  override name = 'InvalidImageReference'
}

const EXAMPLE = 'host[:port]/repository[:tag]@sha256:<64 hex digits>'
const HOST =
  /^(?:localhost|\[[0-9a-fA-F:]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::[0-9]{1,5})?$/
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`)
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/

/** distribution-spec's bound on host and repository together. */
const MAX_NAME_CHARACTERS = 255

export function isRepository(text: string): boolean {
  return text.length <= MAX_NAME_CHARACTERS && REPOSITORY.test(text)
}

export function isTag(text: string): boolean {
  return TAG.test(text)
}

/** @throws InvalidImageReference saying which part is wrong and what would have worked. */
export function parseImageReference(text: string): ImageReference {
  const fail = (why: string): never => {
    throw new InvalidImageReference(`image ${JSON.stringify(text)}: ${why}`)
  }
  const at = text.indexOf('@')
  if (at === -1) {
    return fail(`a digest is required, since a tag can be moved to other bytes: ${EXAMPLE}`)
  }
  const pinned = text.slice(at + 1)
  if (!isDigest(pinned))
    return fail(`the digest must be sha256: and 64 lower-case hex digits: ${EXAMPLE}`)

  const slash = text.indexOf('/')
  const host = slash === -1 || slash > at ? '' : text.slice(0, slash)
  const isHost = host === 'localhost' || /[.:]/.test(host)
  if (!isHost || !HOST.test(host) || !isPort(host)) {
    return fail(
      `it must begin with the registry's host (localhost, a name with a dot, or one with a port): ${EXAMPLE}`,
    )
  }
  const name = text.slice(slash + 1, at)
  const colon = name.indexOf(':')
  const repository = colon === -1 ? name : name.slice(0, colon)
  const tag = colon === -1 ? undefined : name.slice(colon + 1)
  if (!REPOSITORY.test(repository)) {
    return fail(
      `the repository must be lower-case words of letters and digits, joined by . _ - and separated by /: ${EXAMPLE}`,
    )
  }
  if (host.length + 1 + repository.length > MAX_NAME_CHARACTERS) {
    return fail(`host and repository have more than ${MAX_NAME_CHARACTERS} characters`)
  }
  if (tag !== undefined && !isTag(tag)) {
    return fail(`the tag must be at most 128 letters, digits, _ . or -: ${EXAMPLE}`)
  }
  return { host, repository, tag, digest: pinned }
}

export function formatImageReference({
  host,
  repository,
  tag,
  digest: pinned,
}: ImageReference): string {
  return `${host}/${repository}${tag === undefined ? '' : `:${tag}`}@${pinned}`
}

/** An image reference as text, for use inside other shapes. */
export const imageReferenceText = z.string().superRefine((text, context) => {
  try {
    parseImageReference(text)
  } catch (error) {
    if (!(error instanceof InvalidImageReference)) throw error
    context.addIssue({ code: 'custom', message: error.message })
  }
})

/** Where the reference's registry answers: plain http on loopback alone, https everywhere else. No slash at the end. */
export function registryUrl({ host }: Pick<ImageReference, 'host'>): string {
  return `${isLoopbackHost(host) ? 'http' : 'https'}://${host}`
}

/** True for `localhost`, 127.0.0.0/8 and `[::1]`, with or without a port. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:[0-9]+$/, '')
  return (
    name === 'localhost' ||
    name === '[::1]' ||
    /^127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(name)
  )
}

function isPort(host: string): boolean {
  const port = /:([0-9]+)$/.exec(host.replace(/^\[.*\]/, ''))?.[1]
  return port === undefined || (Number(port) >= 1 && Number(port) <= 65_535)
}
