/** Debian's docker-registry on loopback, as the tests of pulling start it and fill it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { BuiltImage } from './images.fixture.ts'

export type RegistryConfig = {
  auth?: Record<string, unknown>
  /** Files, with which it speaks https alone. */
  tls?: { certificate: string; key: string }
}

/** Serves what is pushed to `folder` until the test ends; answers with `127.0.0.1:PORT`. */
export async function serveRegistry(
  t: TestContext,
  folder: string,
  { auth, tls }: RegistryConfig = {},
): Promise<string> {
  const port = await freePort()
  const file = join(folder, `config-${port}.yml`)
  // YAML takes JSON as it is.
  const config = {
    version: 0.1,
    log: { level: 'error' },
    http: { addr: `127.0.0.1:${port}`, ...(tls ? { tls } : {}) },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    ...(auth ? { auth } : {}),
  }
  await writeFile(file, JSON.stringify(config))
  const child = spawn('docker-registry', ['serve', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  t.after(async () => {
    if (child.kill()) await once(child, 'exit')
  })
  await once(child, 'spawn')
  while (!(await isListening(port))) {
    assert.equal(child.exitCode, null, 'docker-registry ended')
    await new Promise((resolve) => setImmediate(resolve))
  }
  return `127.0.0.1:${port}`
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const result = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return result
}

/** Pushes blobs, then the manifest `digest`, to the repository `demo`. */
export async function pushImage(
  host: string,
  { digest, blobs }: BuiltImage,
  mediaType: string,
  basic?: string,
): Promise<void> {
  const headers = { ...(basic ? { authorization: `Basic ${basic}` } : {}) }
  const send = async (url: URL, body: Buffer, type: string) => {
    const response = await fetch(url, {
      ...{ method: 'PUT', body: new Uint8Array(body) },
      headers: { ...headers, 'content-type': type },
    })
    assert.equal(response.status, 201, await response.text())
  }
  const base = `http://${host}/v2/demo`
  for (const [name, bytes] of blobs) {
    if (name === digest) continue
    const upload = await fetch(`${base}/blobs/uploads/`, { method: 'POST', headers })
    assert.equal(upload.status, 202)
    const url = new URL(upload.headers.get('location') ?? '', base)
    url.searchParams.set('digest', name)
    await send(url, bytes, 'application/octet-stream')
  }
  await send(new URL(`${base}/manifests/${digest}`), blobs.get(digest) as Buffer, mediaType)
}
