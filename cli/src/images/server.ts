import { type FileHandle, open } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { type Digest, isDigest, isRepository } from '@covenant/schema/image'
import { blobPath, findImage, findLatest, readIndex } from './layout.ts'

/**
 * A read-only endpoint of the OCI distribution API (distribution-spec 1.1: pull, by digest; the tag
 * `latest` is what was packed last) over an image layout. The index is read anew for each manifest, so a newly packed image is there at once.
 * Bytes are served as they are: the client checks them against the digest that it asked for.
 */
export function createImagesServer(layout: string): Server {
  return createServer((request, response) => {
    response.setHeader('docker-distribution-api-version', 'registry/2.0')
    answer(layout, request, response).catch((error: Error) => {
      if (response.headersSent) response.destroy()
      else refuse(response, { status: 500, code: 'UNKNOWN', message: error.message })
    })
  })
}

type Refusal = { status: number; code: string; message: string }
type Target =
  | { type: 'version' }
  | { type: 'manifest'; repository: string; digest: Digest | 'latest' }
  | { type: 'blob'; repository: string; digest: Digest }
  | { type: 'refused'; refusal: Refusal }

async function answer(layout: string, request: IncomingMessage, response: ServerResponse) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD')
    const message = 'this endpoint is read-only: GET or HEAD'
    return refuse(response, { status: 405, code: 'UNSUPPORTED', message })
  }
  const target = parseTarget(request.url ?? '')
  if (target.type === 'refused') return refuse(response, target.refusal)
  if (target.type === 'version') return sendJson(response, 200, {})

  const { repository } = target
  const image = await findBlob(layout, target)
  const file = image && (await openIfThere(blobPath(layout, image.digest)))
  if (image === undefined || file === undefined) {
    const message = `${repository} has no ${target.type} ${target.digest} here`
    return refuse(response, { status: 404, code: `${target.type.toUpperCase()}_UNKNOWN`, message })
  }
  response.setHeader('docker-content-digest', image.digest)
  response.setHeader('content-type', image.mediaType)
  await sendFile(request, response, file)
}

async function findBlob(
  layout: string,
  target: Extract<Target, { type: 'manifest' | 'blob' }>,
): Promise<{ digest: Digest; mediaType: string } | undefined> {
  const { type, repository, digest } = target
  if (type === 'blob') return { digest, mediaType: 'application/octet-stream' }
  const index = await readIndex(layout)
  return digest === 'latest' ? findLatest(index, repository) : findImage(index, repository, digest)
}

/** What a path asks for. Nothing of it but a digest's hex digits ever reaches the file system. */
export function parseTarget(url: string): Target {
  const path = url.split('?', 1)[0] ?? ''
  if (path === '/v2' || path === '/v2/') return { type: 'version' }
  const [, repository, kind, digest] = /^\/v2\/(.*)\/(manifest|blob)s\/([^/]*)$/.exec(path) ?? []
  const refused = (status: number, code: string, message: string): Target => ({
    type: 'refused',
    refusal: { status, code, message },
  })
  if (repository === undefined || digest === undefined) {
    return refused(404, 'UNSUPPORTED', 'served here: /v2/<repository>/manifests|blobs/<digest>')
  }
  if (!isRepository(repository)) {
    return refused(400, 'NAME_INVALID', 'a repository is lower-case words, separated by /')
  }
  if (kind === 'manifest' && (digest === 'latest' || isDigest(digest))) {
    return { type: 'manifest', repository, digest }
  }
  if (!isDigest(digest)) {
    return refused(400, 'DIGEST_INVALID', 'images are served by sha256:<64 hex digits> alone')
  }
  return { type: 'blob', repository, digest }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function sendFile(request: IncomingMessage, response: ServerResponse, file: FileHandle) {
  try {
    const { size } = await file.stat()
    const from = startOf(request.headers.range)
    response.setHeader('accept-ranges', 'bytes')
    if (from >= size && from > 0) {
      response.writeHead(416, { 'content-range': `bytes */${size}`, 'content-length': 0 }).end()
      return
    }
    if (from > 0) {
      response.statusCode = 206
      response.setHeader('content-range', `bytes ${from}-${size - 1}/${size}`)
    }
    response.setHeader('content-length', size - from)
    if (request.method === 'HEAD') response.end()
    else await pipeline(file.createReadStream({ autoClose: false, start: from }), response)
  } finally {
    await file.close()
  }
}

/** Where the rest begins that a node asks for after a download broke off; other ranges get it all. */
function startOf(range: string | undefined): number {
  return Number(/^bytes=(\d{1,15})-$/.exec(range ?? '')?.[1] ?? 0)
}

/** The distribution API's own form of an error. */
function refuse(response: ServerResponse, { status, code, message }: Refusal): void {
  sendJson(response, status, { errors: [{ code, message }] })
}

/** Node leaves the content of an answer to HEAD out by itself. */
function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const bytes = Buffer.from(JSON.stringify(value))
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length })
  response.end(bytes)
}
