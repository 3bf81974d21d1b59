/** Builds OCI images in memory for tests, and serves them as a registry does. */
import { hash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import {
  MEDIA_TYPES,
  ociArchitecture,
  type Digest,
  type ImageReference,
} from '@covenant/schema/image'
import { pack } from 'tar-stream'
import type { RegistryAccess } from './registry.ts'

export type TarEntry = {
  name: string
  type?: 'file' | 'directory' | 'symlink' | 'link' | 'character-device' | 'block-device' | 'fifo'
  content?: string | Uint8Array
  linkname?: string
  mode?: number
  uid?: number
  pax?: Record<string, string>
}

export async function tar(entries: readonly TarEntry[]): Promise<Buffer> {
  const archive = pack()
  for (const { content = '', ...header } of entries) {
    archive.entry(
      { mode: header.type === 'directory' ? 0o755 : 0o644, ...header },
      Buffer.from(content),
    )
  }
  archive.finalize()
  const chunks: Uint8Array[] = []
  for await (const chunk of archive as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export function digestOf(bytes: string | Uint8Array): Digest {
  return `sha256:${hash('sha256', bytes)}`
}

export type Layer = { bytes: Buffer; mediaType: string; diffId: Digest }

export async function gzipLayer(entries: readonly TarEntry[]): Promise<Layer> {
  const plain = await tar(entries)
  return { bytes: gzipSync(plain), mediaType: MEDIA_TYPES.layerGzip, diffId: digestOf(plain) }
}

export type BuiltImage = { digest: Digest; blobs: Map<Digest, Buffer> }

export function buildImage(
  layers: readonly Layer[],
  config: Record<string, unknown> = {},
): BuiltImage {
  const blobs = new Map<Digest, Buffer>()
  const keep = (bytes: Buffer, mediaType: string) => {
    const digest = digestOf(bytes)
    blobs.set(digest, bytes)
    return { mediaType, digest, size: bytes.length }
  }
  const json = (value: unknown) => Buffer.from(JSON.stringify(value))
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: keep(
      json({
        os: 'linux',
        architecture: ociArchitecture(process.arch),
        rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
        ...config,
      }),
      MEDIA_TYPES.config,
    ),
    layers: layers.map(({ bytes, mediaType }) => keep(bytes, mediaType)),
  }
  return { digest: keep(json(manifest), MEDIA_TYPES.manifest).digest, blobs }
}

/** Everything may be reached, and nothing is kept. */
export const openAccess: RegistryAccess = {
  mayConnect: () => true,
  credentials: async () => undefined,
}

/** Answers a request itself, or leaves it to the registry. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean

export type TestRegistry = {
  /** `127.0.0.1:PORT` */
  host: string
  requests: string[]
  reference(image: BuiltImage): ImageReference
  close(): Promise<void>
}

/** A registry on loopback that serves `blobs`, which may be changed while it runs. */
export async function serveImages(
  blobs: ReadonlyMap<Digest, Buffer>,
  intercept: Intercept = () => false,
  address = '127.0.0.1',
): Promise<TestRegistry> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    if (intercept(request, response)) return
    const found = /^\/v2\/demo\/(?:manifests|blobs)\/(sha256:[0-9a-f]{64})$/.exec(request.url ?? '')
    const bytes = blobs.get(found?.[1] as Digest)
    response.writeHead(bytes ? 200 : 404).end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  const host = `${address}:${(server.address() as AddressInfo).port}`
  return {
    host,
    requests,
    reference: ({ digest }) => ({ host, repository: 'demo', tag: undefined, digest }),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
