/** From a tag to the digest that it has now, by asking the image's registry. */
import { createHash } from 'node:crypto'
import {
  type Digest,
  digest as digestShape,
  formatDigest,
  formatImageReference,
  IMAGE_LIMITS,
  type ImageReference,
  InvalidImageReference,
  MEDIA_TYPES,
  ociArchitecture,
  ociManifest,
  parseImageReference,
  registryUrl,
} from '@covenant/schema/image'
import { z } from 'zod'
import { CliError, usageError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { authorize } from './remote.ts'

const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json'
const ACCEPT = [
  MEDIA_TYPES.manifest,
  MEDIA_TYPES.index,
  MEDIA_TYPES.dockerManifest,
  DOCKER_LIST,
].join(', ')
const TIMEOUT_MS = 30_000

/** An index of several platforms, of which a node runs one. */
const index = z.object({
  manifests: z.array(
    z.object({
      digest: digestShape,
      platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
    }),
  ),
})

export type PinOptions = {
  /** Of an index. @default this machine's */
  platform?: string | undefined
  /** A file of names and passwords. */
  auth?: string | undefined
}
export type Pinned = { reference: string; digest: Digest }

/** @throws CliError where the registry does not answer, or has no such image */
export async function pinReference(
  written: string,
  { platform = `linux/${ociArchitecture(process.arch)}`, auth }: PinOptions = {},
): Promise<Pinned> {
  const asked = parseUnpinned(written)
  const bytes = await fetchManifest(asked, auth)
  const digest = formatDigest(createHash('sha256').update(bytes).digest('hex'))
  const value = parseJson(bytes)
  const several = index.safeParse(value)
  const chosen = several.success ? choose(several.data, { written, platform }) : digest
  if (!several.success && !ociManifest.safeParse(value).success) {
    throw new CliError(`${registryUrl(asked)} answered with what is no image's manifest`)
  }
  return { reference: formatImageReference({ ...asked, digest: chosen }), digest: chosen }
}

/** The reference without a digest; one that it has already is asked for again, and so checked. */
function parseUnpinned(written: string): ImageReference {
  const [name = '', pinned] = written.split('@')
  try {
    const { tag, ...rest } = parseImageReference(
      `${name}@${pinned ?? formatDigest('0'.repeat(64))}`,
    )
    return { ...rest, tag: tag ?? (pinned === undefined ? 'latest' : undefined) }
  } catch (error) {
    if (error instanceof InvalidImageReference) throw usageError(error.message, { cause: error })
    throw error
  }
}

async function fetchManifest(asked: ImageReference, auth: string | undefined): Promise<Buffer> {
  const url = `${registryUrl(asked)}/v2/${asked.repository}/manifests/${asked.tag ?? asked.digest}`
  const get = async (headers: Record<string, string>): Promise<Response> => {
    try {
      return await fetch(url, {
        headers: { accept: ACCEPT, ...headers },
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
    } catch (error) {
      throw new CliError(
        `No registry at ${registryUrl(asked)}: ${((error as Error).cause as Error)?.message ?? (error as Error).message}`,
        EXIT.unreachable,
        { cause: error },
      )
    }
  }
  let response = await get({})
  const challenge = response.headers.get('www-authenticate')
  if (response.status === 401 && challenge !== null) {
    response = await get({ authorization: await authorize(asked, auth, challenge) })
  }
  const bytes = Buffer.from(await response.arrayBuffer())
  if (response.status === 401 || response.status === 403) {
    throw new CliError(
      `${url} wants another name and password than ${auth ?? 'none'}: --auth names a file with those of ${asked.host}`,
    )
  }
  if (response.status !== 200 || bytes.length > IMAGE_LIMITS.manifestBytes) {
    throw new CliError(
      `${url} answered ${response.status}: it has no such image; write host[:port]/repository[:tag] as it is there`,
    )
  }
  return bytes
}

type Wanted = { written: string; platform: string }

function choose({ manifests }: z.infer<typeof index>, { written, platform }: Wanted): Digest {
  const platforms = manifests.flatMap(({ platform, digest }) =>
    platform === undefined ? [] : [{ name: `${platform.os}/${platform.architecture}`, digest }],
  )
  const found = platforms.find(({ name }) => name === platform)
  if (found !== undefined) return found.digest
  const names = platforms.map(({ name }) => name).join(', ')
  throw new CliError(
    `${written} is not for ${platform}; it is for ${names || 'nothing that it names'}`,
  )
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
