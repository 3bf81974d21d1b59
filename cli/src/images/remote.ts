/** A repository of a registry, as `image push` writes to it and `image inspect` reads it. */
import { createHash } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { createCredentials } from '@covenant/node-agent/images/credentials'
import { ImageInvalid, ImageUnavailable } from '@covenant/node-agent/images/errors'
import {
  answerChallenge,
  createRegistry,
  type RegistryOptions,
} from '@covenant/node-agent/images/registry'
import { resolveUrl } from '@covenant/node-agent/images/registry-http'
import {
  type Digest,
  formatDigest,
  type ImageReference,
  InvalidImageReference,
  MEDIA_TYPES,
  parseImageReference,
  registryUrl,
} from '@covenant/schema/image'
import { CliError, usageError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'

type Place = Pick<ImageReference, 'host' | 'repository'>

/** Far longer than any part of a push takes. */
const TIMEOUT_MS = 600_000

/** @throws CliError unless it is `host[:port]/repository[:tag][@digest]`; the digest is of zeros where none is. */
export function parsePlace(written: string): ImageReference {
  const digest = formatDigest('0'.repeat(64))
  try {
    return parseImageReference(written.includes('@') ? written : `${written}@${digest}`)
  } catch (error) {
    if (error instanceof InvalidImageReference) throw usageError(error.message, { cause: error })
    throw error
  }
}

/** Who goes by the names and passwords of `auth`, a file as nodes keep it, and connects to anywhere. */
function optionsFor({ host, repository }: Place, auth: string | undefined): RegistryOptions {
  const credentials = auth === undefined ? async () => undefined : createCredentials(auth)
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  return {
    reference: { host, repository },
    access: { mayConnect: () => true, credentials },
    signal,
  }
}

/** What a challenge of a registry is answered with. */
export function authorize(
  place: Place,
  auth: string | undefined,
  challenge: string,
): Promise<string> {
  return asCliErrors(place, auth, () => answerChallenge(challenge, optionsFor(place, auth)))
}

export type BlobReader = (
  kind: 'manifests' | 'blobs',
  digest: Digest,
  maxBytes: number,
) => Promise<Buffer>

/** Reads blobs that are the digests' own. */
export function readRepository(place: Place, auth: string | undefined): BlobReader {
  const registry = createRegistry(optionsFor(place, auth))
  const accept = [MEDIA_TYPES.manifest, MEDIA_TYPES.dockerManifest].join(', ')
  return (kind, digest, maxBytes) =>
    asCliErrors(place, auth, async () => {
      const response = await registry.open({ kind, digest, accept, from: 0 })
      const chunks: Uint8Array[] = []
      let bytes = 0
      for await (const chunk of response as AsyncIterable<Uint8Array>) {
        bytes += chunk.length
        if (bytes > maxBytes) throw new ImageInvalid(`${digest} has more than ${maxBytes} bytes`)
        chunks.push(chunk)
      }
      const whole = Buffer.concat(chunks)
      const found = formatDigest(createHash('sha256').update(whole).digest('hex'))
      if (found !== digest) throw new ImageInvalid(`the registry sent ${found} as ${digest}`)
      return whole
    })
}

export type RepositoryWriter = {
  has(digest: Digest): Promise<boolean>
  writeBlob(digest: Digest, file: string): Promise<void>
  writeManifest(name: string, file: string, mediaType: string): Promise<void>
}

/** Writes to a repository; names and passwords stay with its host. */
export function writeRepository(place: Place, auth: string | undefined): RepositoryWriter {
  const options = optionsFor(place, auth)
  const base = new URL(`${registryUrl(place)}/v2/${place.repository}/`)
  let authorization: string | undefined

  const send = async (url: URL, { method, headers, body }: Sent): Promise<Response> => {
    const isOwn = url.host === base.host
    const own = isOwn && authorization !== undefined ? { authorization } : {}
    try {
      return await fetch(url, {
        ...{ method, headers: { ...headers, ...own }, redirect: 'manual' },
        ...(options.signal ? { signal: options.signal } : {}),
        ...(body ? { body } : {}),
      })
    } catch (error) {
      const { cause, message } = error as Error
      throw new ImageUnavailable(
        `${url.href} cannot be reached: ${cause instanceof Error ? cause.message : message}`,
        { cause: error },
      )
    }
  }
  /** Throws unless it is answered with one of `expected`. */
  const ask = async (url: URL, sent: Sent, expected: readonly number[]): Promise<Response> => {
    let response = await send(url, sent)
    const challenge = response.headers.get('www-authenticate')
    if (response.status === 401 && challenge !== null) {
      authorization = await answerChallenge(challenge, options)
      response = await send(url, sent)
    }
    if (expected.includes(response.status)) return response
    const said = (await response.text()).slice(0, 500)
    throw new ImageInvalid(
      `${url.origin}${url.pathname} answered ${response.status} ${said}`.trim(),
    )
  }
  const guarded = <T>(work: () => Promise<T>) => asCliErrors(place, auth, work)

  return {
    has: (digest) =>
      guarded(async () => {
        const url = new URL(`blobs/${digest}`, base)
        return (await ask(url, { method: 'HEAD' }, [200, 307, 404])).status !== 404
      }),
    writeBlob: (digest, file) =>
      guarded(async () => {
        const begun = await ask(new URL('blobs/uploads/', base), { method: 'POST' }, [202])
        const url = resolveUrl(begun.headers.get('location') ?? '', base)
        url.searchParams.set('digest', digest)
        const headers = { 'content-type': 'application/octet-stream' }
        await ask(url, { method: 'PUT', headers, body: await openAsBlob(file) }, [201])
      }),
    writeManifest: (name, file, mediaType) =>
      guarded(async () => {
        const headers = { 'content-type': mediaType }
        const url = new URL(`manifests/${name}`, base)
        await ask(url, { method: 'PUT', headers, body: await openAsBlob(file) }, [201])
      }),
  }
}

type Sent = { method: string; headers?: Record<string, string>; body?: Blob }

async function asCliErrors<T>(
  { host }: Place,
  auth: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const isAway = error instanceof ImageUnavailable
    if (!isAway && !(error instanceof ImageInvalid)) throw error
    const isRefused = /wants a name and password|answered 40[13]/.test(error.message)
    const help = isRefused
      ? `; --auth names a file with {"auths":{"${host}":{"username":"…","password":"…"}}}` +
        (auth === undefined ? '' : `, and ${auth} has other ones`)
      : ''
    const exit = isAway ? EXIT.unreachable : EXIT.failure
    throw new CliError(`${error.message}${help}`, exit, { cause: error })
  }
}
