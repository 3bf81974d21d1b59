import { lookup, type LookupAddress } from 'node:dns'
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isLoopbackHost } from '@covenant/schema/image'
import type { AddressCheck } from './addresses.ts'
import { ImageInvalid, ImageUnavailable } from './errors.ts'

export type RegistryRequest = {
  url: URL
  /** Beside `authorization`, which is for the host of `url` alone. */
  headers: Readonly<Record<string, string>>
  authorization: string | undefined
  mayConnect: AddressCheck
  signal: AbortSignal | undefined
}

/** A registry that says nothing for so long is taken to be away. */
const SILENCE_MS = 30_000
const MAX_REDIRECTS = 5

const UNKNOWN_AUTHORITY =
  '; where its authority is to be trusted, start the agent with NODE_EXTRA_CA_CERTS=FILE, the ' +
  "authority's certificate as PEM"
const NOT_IN_TIME =
  "; the registry needs a certificate that is valid now, or this host's clock is wrong"
/** What would have worked where a host's certificate does not convince. */
const CERTIFICATE_HELP: Record<string, string> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: NOT_IN_TIME,
  CERT_NOT_YET_VALID: NOT_IN_TIME,
  ERR_TLS_CERT_ALTNAME_INVALID: '; the image has to be named by a name in that certificate',
}

/**
 * Sends a GET and follows where it is sent. Each host on the way is checked as the first one is: by the
 * address that is connected to, once its name is resolved, so no name and no redirect leads to where the
 * policy does not. `authorization` stays behind when the host changes.
 *
 * @throws ImageUnavailable when trying again may help, ImageInvalid when it will not
 */
export async function requestFollowing(first: RegistryRequest): Promise<IncomingMessage> {
  let request = first
  for (let redirects = 0; ; redirects++) {
    const response = await send(request)
    const { location } = response.headers
    const isRedirect = [301, 302, 303, 307, 308].includes(response.statusCode ?? 0)
    if (!isRedirect || location === undefined) return response
    response.destroy()
    if (redirects === MAX_REDIRECTS) {
      throw new ImageInvalid(`${first.url.href} redirects more than ${MAX_REDIRECTS} times`)
    }
    const url = resolveUrl(location, request.url)
    const isSameHost = url.host === request.url.host && url.protocol === request.url.protocol
    request = { ...request, url, authorization: isSameHost ? request.authorization : undefined }
  }
}

/** A URL that `from` names: https, or plain http from loopback to loopback. @throws ImageInvalid */
export function resolveUrl(text: string, from: URL): URL {
  if (!URL.canParse(text, from))
    throw new ImageInvalid(`${from.host} names ${text}, which is no URL`)
  const url = new URL(text, from)
  const isPlain = url.protocol === 'http:' && isLoopbackHost(url.host)
  if (url.protocol !== 'https:' && !(isPlain && from.protocol === 'http:')) {
    throw new ImageInvalid(`${from.host} leads to ${url.href}, which is not https`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new ImageInvalid(`${from.host} leads to a URL with a password in it`)
  }
  return url
}

function send(request: RegistryRequest): Promise<IncomingMessage> {
  const { url, headers, authorization, mayConnect, signal } = request
  const port = Number(url.port || (url.protocol === 'http:' ? 80 : 443))
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const refused = (addresses: readonly string[]) =>
    new ImageInvalid(
      `${url.host} is at ${addresses.join(', ')}, which is no public address and not in the policy ` +
        '(images.privateAddresses)',
    )
  // The names of addresses are not looked up.
  if (isIP(name) !== 0 && !mayConnect(name, port)) return Promise.reject(refused([name]))
  const lookUp: LookupFunction = (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, [])
      const allowed = found.filter(({ address }) => mayConnect(address, port))
      const [first] = allowed as [LookupAddress | undefined]
      if (!first) return done(refused(found.map(({ address }) => address)), [])
      if (options.all) done(null, allowed)
      else done(null, first.address, first.family)
    })
  }
  return new Promise((resolve, reject) => {
    const open = url.protocol === 'http:' ? requestHttp : requestHttps
    const sent = open(url, {
      headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
      // A connection of its own: none that another check allowed is used again.
      agent: false,
      lookup: lookUp,
      ...(signal ? { signal } : {}),
    })
    sent.setTimeout(SILENCE_MS, () => {
      sent.destroy(new ImageUnavailable(`${url.host} said nothing for ${SILENCE_MS / 1000} s`))
    })
    sent.on('response', (response) => {
      // Whoever reads it learns of a break by then; until then nobody listens.
      response.on('error', () => {})
      resolve(response)
    })
    sent.on('error', (error) => {
      if (signal?.aborted) return reject(signal.reason as Error)
      if (error instanceof ImageInvalid || error instanceof ImageUnavailable) return reject(error)
      const help = CERTIFICATE_HELP[(error as NodeJS.ErrnoException).code ?? ''] ?? ''
      reject(
        new ImageUnavailable(`${url.href} cannot be reached: ${error.message}${help}`, {
          cause: error,
        }),
      )
    })
    sent.end()
  })
}
