import type { IncomingMessage } from 'node:http'
import { registryUrl, type Digest, type ImageReference } from '@covenant/schema/image'
import { z } from 'zod'
import type { AddressCheck } from './addresses.ts'
import type { CredentialsOf } from './credentials.ts'
import { ImageInvalid, ImageUnavailable } from './errors.ts'
import { requestFollowing, resolveUrl } from './registry-http.ts'

/** What a fetch may reach, and with whose name. */
export type RegistryAccess = { mayConnect: AddressCheck; credentials: CredentialsOf }

export type RegistryOptions = {
  reference: Pick<ImageReference, 'host' | 'repository'>
  access: RegistryAccess
  signal: AbortSignal | undefined
}

export type BlobRequest = {
  kind: 'manifests' | 'blobs'
  digest: Digest
  accept?: string | undefined
  /** How many bytes are there already. */
  from: number
}

/** One repository, over the distribution API. */
export type Registry = {
  /** Asks for bytes: answers 200 with all of them, 206 with those from `from` on, or 416. */
  open(request: BlobRequest): Promise<IncomingMessage>
}

const tokenShape = z.object({ token: z.string().optional(), access_token: z.string().optional() })
const MAX_TOKEN_ANSWER_BYTES = 64 * 1024

/** @throws ImageUnavailable when trying again may help, ImageInvalid when it will not */
export function createRegistry({ reference, access, signal }: RegistryOptions): Registry {
  const { repository } = reference
  const base = `${registryUrl(reference)}/v2/${repository}`
  const common = { mayConnect: access.mayConnect, signal }
  /** For `host` alone: the answer to its last challenge. */
  let authorization: string | undefined

  const ask = ({ kind, digest, accept, from }: BlobRequest) =>
    requestFollowing({
      ...{ ...common, url: new URL(`${base}/${kind}/${digest}`), authorization },
      headers: {
        ...(accept === undefined ? {} : { accept }),
        ...(from > 0 ? { range: `bytes=${from}-` } : {}),
      },
    })

  return {
    open: async (request) => {
      let response = await ask(request)
      const challenge = response.headers['www-authenticate']
      if (response.statusCode === 401 && challenge !== undefined) {
        response.destroy()
        authorization = await answerChallenge(challenge, { reference, access, signal })
        response = await ask(request)
      }
      if ([200, 206, 416].includes(response.statusCode ?? 0)) return response
      throw refusal(response, new URL(`${base}/${request.kind}/${request.digest}`))
    },
  }
}

/**
 * The authorization that a challenge of the registry asks for:
 * https://distribution.github.io/distribution/spec/auth/
 *
 * @throws ImageUnavailable when trying again may help, ImageInvalid when it will not
 */
export async function answerChallenge(
  challenge: string,
  { reference, access, signal }: RegistryOptions,
): Promise<string> {
  const { host, repository } = reference
  const { mayConnect, credentials } = access
  const { scheme, parameters } = parseChallenge(challenge)
  if (scheme === 'basic') {
    const kept = await credentials(host)
    if (!kept) throw new ImageInvalid(`${host} wants a name and password, and none are kept for it`)
    return `Basic ${kept.basic}`
  }
  if (scheme !== 'bearer' || parameters['realm'] === undefined) {
    throw new ImageInvalid(`${host} asks for ${scheme || 'no'} authorization, which is not known`)
  }
  const url = resolveUrl(parameters['realm'], new URL(`${registryUrl(reference)}/v2/${repository}`))
  url.searchParams.set('scope', parameters['scope'] ?? `repository:${repository}:pull`)
  if (parameters['service'] !== undefined) url.searchParams.set('service', parameters['service'])
  // What is kept for the registry is not its token server's, unless they are one host.
  const kept = await credentials(url.host)
  const response = await requestFollowing({
    ...{ url, mayConnect, signal, headers: { accept: 'application/json' } },
    authorization: kept && `Basic ${kept.basic}`,
  })
  if (response.statusCode !== 200) throw refusal(response, url)
  const { token, access_token } = await readToken(response, url)
  const found = token ?? access_token
  if (found === undefined || !/^[\x21-\x7e]+$/.test(found)) {
    throw new ImageInvalid(`${url.host} answered without a token that can be sent`)
  }
  return `Bearer ${found}`
}

/** `Bearer realm="…",service="…"` in its parts. */
export function parseChallenge(text: string): {
  scheme: string
  parameters: Record<string, string>
} {
  const [, scheme = '', rest = ''] = /^\s*([A-Za-z]+)\s*(.*)$/.exec(text) ?? []
  const parameters: Record<string, string> = {}
  for (const [, name = '', quoted, plain] of rest.matchAll(
    /([a-z_]+)=(?:"([^"]*)"|([^",\s]*))/gi,
  )) {
    parameters[name.toLowerCase()] = quoted ?? plain ?? ''
  }
  return { scheme: scheme.toLowerCase(), parameters }
}

function refusal(response: IncomingMessage, url: URL): Error {
  response.destroy()
  const status = response.statusCode ?? 0
  const isTransient = status >= 500 || status === 429 || status === 408
  const Failure = isTransient ? ImageUnavailable : ImageInvalid
  const said = `${status} ${response.statusMessage ?? ''}`.trimEnd()
  return new Failure(`${url.origin}${url.pathname} answered ${said}`)
}

async function readToken(response: IncomingMessage, url: URL): Promise<z.infer<typeof tokenShape>> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > MAX_TOKEN_ANSWER_BYTES) {
      throw new ImageInvalid(`${url.host} answered more than a token`)
    }
    chunks.push(chunk)
  }
  try {
    return tokenShape.parse(JSON.parse(Buffer.concat(chunks).toString()))
  } catch (error) {
    throw new ImageInvalid(`${url.host} answered something else than a token`, { cause: error })
  }
}
