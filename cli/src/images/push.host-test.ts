/** Images pushed to and inspected in a registry that others wrote: Debian's docker-registry. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { serveRegistry } from '@covenant/node-agent/images/docker-registry.fixture'
import { ociArchitecture } from '@covenant/schema/image'
import { inspect } from '../commands/image/inspect.ts'
import { push } from '../commands/image/push.ts'
import { packImage } from './pack.ts'
import { pinReference } from './pin.ts'

/** `ada` with the password `secret`, as `htpasswd -B` writes it. */
const HTPASSWD = 'ada:$2b$05$3yojSgm0hG7dZGtuVeFQAuoKV5Te8.43Nh3CPNPtAFGapKGp1XuGS\n'

async function setUp(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'push-'))
  t.after(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'htpasswd'), HTPASSWD)
  const htpasswd = { realm: 'demo', path: join(folder, 'htpasswd') }
  const serve = ({ auth }: { auth: boolean }) =>
    serveRegistry(t, folder, auth ? { auth: { htpasswd } } : {})
  const from = join(folder, 'images')
  const entrypoint = ['/bin/sh', '-c', 'true']
  const pack = (programs: string[]) =>
    packImage({ layout: from, repository: 'hello', programs, entrypoint })
  const keep = async (name: string) => {
    const file = join(folder, 'auth.json')
    const auths = { [name]: { username: 'ada', password: 'secret' } }
    await writeFile(file, JSON.stringify({ auths }), { mode: 0o600 })
    return file
  }
  return { serve, from, pack, keep }
}

test('what was packed is pushed once, found by its tag, and read back whole', async (t) => {
  const { serve, from, pack } = await setUp(t)
  const host = await serve({ auth: false })
  const { digest, layerBytes } = await pack(['/bin/sh'])
  const to = `${host}/team/hello:1.0`
  const first = await push({ name: 'hello', to, from })
  const reference = `${to}@${digest}`
  assert.ok((first.data as { sentBytes: number }).sentBytes >= layerBytes)
  assert.deepEqual(await pinReference(to), { reference, digest })
  assert.deepEqual((await push({ name: 'hello', to, from })).data, {
    ...{ reference, digest, sentBytes: 0 },
  })
  const { data, text } = await inspect({ reference })
  const { platform, command, layers } = data as Record<string, unknown>
  assert.equal(platform, `linux/${ociArchitecture(process.arch)}`)
  assert.deepEqual(command, ['/bin/sh', '-c', 'true'])
  assert.equal((layers as unknown[]).length, 1)
  assert.match(text, /to fetch/)
})

test('a name and password are taken from a file, and an error says how it is written', async (t) => {
  const { serve, from, pack, keep } = await setUp(t)
  const host = await serve({ auth: true })
  await pack(['/bin/sh'])
  const to = `${host}/team/hello:1.0`
  await assert.rejects(
    push({ name: 'hello', to, from }),
    /wants a name and password.*--auth names a file with \{"auths":\{"127\.0\.0\.1:/,
  )
  const other = await keep('images.example')
  await assert.rejects(push({ name: 'hello', to, from, auth: other }), /auth\.json has other ones/)
  const auth = await keep(host)
  const { data } = await push({ name: 'hello', to, from, auth })
  const { reference } = data as { reference: string }
  await assert.rejects(inspect({ reference }), /wants a name and password/)
  await assert.rejects(pinReference(to), /wants a name and password.*--auth/)
  assert.equal((await pinReference(to, { auth })).reference, reference)
  assert.ok(await inspect({ reference, auth }))
})

test('where an upload is sent to another host, the name and password stay behind', async (t) => {
  const { from, pack, keep } = await setUp(t)
  await pack(['/bin/sh'])
  const seen: (string | undefined)[] = []
  const asking = createServer(({ headers, method }, response) => {
    if (headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="demo"' }).end()
    } else if (method === 'HEAD') response.writeHead(404).end()
    else response.writeHead(202, { location: `http://127.0.0.1:${port(taking)}/upload` }).end()
  })
  const taking = createServer(({ headers }, response) => {
    seen.push(headers.authorization)
    response.writeHead(500).end()
  })
  const port = (server: typeof asking) => (server.address() as AddressInfo).port
  for (const server of [asking, taking]) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => {
      server.closeAllConnections()
      server.close()
    })
  }
  const to = `127.0.0.1:${port(asking)}/team/hello`
  const auth = await keep(`127.0.0.1:${port(asking)}`)
  await assert.rejects(push({ name: 'hello', to, from, auth }), /upload answered 500/)
  assert.deepEqual(seen, [undefined])
})

test('a blob that a registry has damaged is not shown', async (t) => {
  const { pack } = await setUp(t)
  const { digest } = await pack(['/bin/sh'])
  const lying = createServer((_request, response) => response.end('{}'))
  lying.listen(0, '127.0.0.1')
  await once(lying, 'listening')
  t.after(() => lying.close())
  const reference = `127.0.0.1:${(lying.address() as AddressInfo).port}/hello@${digest}`
  await assert.rejects(inspect({ reference }), /the registry sent sha256:44136f.* as sha256:/)
})
