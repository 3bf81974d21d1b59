/** Images pulled over https, from registries whose certificates are of an authority of the test's own. */
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { createPrivateKey, sign, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MEDIA_TYPES } from '@covenant/schema/image'
import { pushImage, serveRegistry } from './docker-registry.fixture.ts'
import { buildImage, gzipLayer } from './images.fixture.ts'

const image = buildImage([await gzipLayer([{ name: 'hello', content: 'hello' }])])

const certificates = mkdtempSync(join(tmpdir(), 'authority-'))
after(() => rmSync(certificates, { recursive: true }))
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
const authority = join(certificates, 'authority.pem')
const authorityKey = join(certificates, 'authority.key')
openssl('req', '-x509', ...NEW_KEY, '-keyout', authorityKey, '-out', authority, '-subj', '/CN=demo')
const valid = issue('valid', 2)
const expired = issue('expired', -1)

function openssl(...args: string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}

/** A certificate for these two names, and its key. */
function issue(name: string, days: number) {
  const file = (extension: string) => join(certificates, `${name}.${extension}`)
  const [certificate, key, request] = [file('pem'), file('key'), file('csr')]
  const names = 'subjectAltName=DNS:registry.example,DNS:other.example'
  openssl('req', ...NEW_KEY, '-keyout', key, '-out', request, '-subj', '/CN=x', '-addext', names)
  const by = ['-CA', authority, '-CAkey', authorityKey, '-days', String(days)]
  openssl('x509', '-req', '-in', request, '-out', certificate, '-copy_extensions', 'copy', ...by)
  return { certificate, key }
}

const AUTH_FILE = 'registry-auth.json'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

async function setUp(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'registry-tls-'))
  t.after(() => rm(folder, { recursive: true }))
  const hosts = join(folder, 'hosts')
  await writeFile(hosts, '127.0.0.1 registry.example other.example wrong.example\n')

  /** Serves https itself; answers with its port. */
  const serve = async (answer: Answer) => {
    const [cert, key] = [readFileSync(valid.certificate), readFileSync(valid.key)]
    const server = createServer({ cert, key }, answer).listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.closeAllConnections())
    t.after(() => server.close())
    return (server.address() as AddressInfo).port
  }
  /** What an agent says that is started with trust in the authority, or without. */
  const pull = async (host: string, { trusts = true } = {}) => {
    const program = fileURLToPath(new URL('pull-program.fixture.ts', import.meta.url))
    // Names of its own: a mount that nobody else sees.
    const script = 'mount --bind "$1" /etc/hosts && shift && exec "$@"'
    const { NODE_EXTRA_CA_CERTS: _ours, ...env } = process.env
    const store = await mkdtemp(join(folder, 'store-'))
    const { stdout } = await promisify(execFile)(
      'unshare',
      [
        ...['--mount', 'sh', '-c', script, 'sh', hosts],
        ...[process.execPath, program, store, join(folder, AUTH_FILE), host, image.digest],
      ],
      { env: trusts ? { ...env, NODE_EXTRA_CA_CERTS: authority } : env },
    )
    return stdout.trim()
  }
  const keep = async (host: string) => {
    const auths = { [host]: { username: 'ada', password: 'secret' } }
    const file = join(folder, AUTH_FILE)
    await writeFile(file, JSON.stringify({ auths }), { mode: 0o600 })
  }
  return { folder, serve, pull, keep }
}

const BASIC = `Basic ${Buffer.from('ada:secret').toString('base64')}`

/** A real registry over https that has the image; answers with its port. */
async function startRegistry(
  t: TestContext,
  folder: string,
  tls: typeof valid,
  auth?: Record<string, unknown>,
) {
  await pushImage(await serveRegistry(t, folder), image, MEDIA_TYPES.manifest)
  const host = await serveRegistry(t, folder, { tls, ...(auth ? { auth } : {}) })
  return Number(host.split(':')[1])
}

test('a certificate of a private authority is refused until the authority is trusted', async (t) => {
  const { folder, pull } = await setUp(t)
  const host = `registry.example:${await startRegistry(t, folder, valid)}`
  assert.match(
    await pull(host, { trusts: false }),
    /^ImageUnavailable: https:\/\/registry\.example.*unable to verify.*start the agent with NODE_EXTRA_CA_CERTS=FILE/,
  )
  assert.equal(await pull(host), 'fetched')
})

test('a certificate for another name is refused, and so is one that has expired', async (t) => {
  const { folder, pull } = await setUp(t)
  const port = await startRegistry(t, folder, valid)
  assert.match(
    await pull(`wrong.example:${port}`),
    /DNS:registry\.example.*named by a name in that certificate/,
  )
  const old = await startRegistry(t, folder, expired)
  assert.match(
    await pull(`registry.example:${old}`),
    /certificate has expired; the registry needs a certificate that is valid now/,
  )
})

test('a real registry that wants a token gets one, which another host gives over https', async (t) => {
  const { folder, serve, pull, keep } = await setUp(t)
  const asked: string[] = []
  const port = await serve((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization ?? 'anonymous'}`)
    const isAda = request.headers.authorization === BASIC
    response.writeHead(isAda ? 200 : 401).end(JSON.stringify({ token: signToken(valid) }))
  })
  const token = {
    ...{ realm: `https://other.example:${port}/token`, service: 'demo', issuer: 'issuer' },
    rootcertbundle: authority,
  }
  const host = `registry.example:${await startRegistry(t, folder, valid, { token })}`
  const question = '/token?scope=repository%3Ademo%3Apull&service=demo'
  await keep(host)
  assert.match(
    await pull(host),
    /^ImageInvalid: .* https:\/\/other\.example:\d+\/token answered 401/,
  )
  await keep(`other.example:${port}`)
  assert.equal(await pull(host), 'fetched')
  assert.equal(asked[0], `${question} anonymous`, "the registry's name is not the token server's")
  assert.ok(asked.slice(1).every((one) => one === `${question} ${BASIC}`))
})

/** A token of the distribution's form that lets its bearer pull. */
function signToken({ certificate, key }: typeof valid): string {
  const der = new X509Certificate(readFileSync(certificate)).raw.toString('base64')
  const now = Math.floor(Date.now() / 1000)
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = [
    part({ typ: 'JWT', alg: 'ES256', x5c: [der] }),
    part({
      ...{ iss: 'issuer', aud: 'demo', sub: 'ada', jti: '1' },
      ...{ iat: now, nbf: now - 60, exp: now + 600 },
      access: [{ type: 'repository', name: 'demo', actions: ['pull'] }],
    }),
  ].join('.')
  const signature = sign('sha256', Buffer.from(text), {
    key: createPrivateKey(readFileSync(key)),
    dsaEncoding: 'ieee-p1363',
  })
  return `${text}.${signature.toString('base64url')}`
}

test('nothing leads from https to plain http: no redirect, no server of tokens', async (t) => {
  const { serve, pull } = await setUp(t)
  // Beside loopback's own registries plain http is refused even to loopback.
  const elsewhere = 'http://127.0.0.1:1/token'
  const answers: Answer[] = [
    (_request, response) => response.writeHead(307, { location: elsewhere }).end(),
    (_request, response) =>
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${elsewhere}"` }).end(),
  ]
  for (const answer of answers) {
    const host = `registry.example:${await serve(answer)}`
    assert.match(await pull(host), /leads to http:\/\/127\.0\.0\.1:1\/token, which is not https/)
  }
})

test('a name and password do not follow a redirect to another host or another port', async (t) => {
  const { serve, pull, keep } = await setUp(t)
  const seen: (string | undefined)[] = []
  const other = await serve(({ headers, url = '' }, response) => {
    seen.push(headers.authorization)
    response.end(image.blobs.get(url.split('/').at(-1) as typeof image.digest))
  })
  for (const name of ['other.example', 'registry.example']) {
    const port = await serve(({ headers, url = '' }, response) => {
      if (headers.authorization !== BASIC) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="demo"' }).end()
      } else response.writeHead(307, { location: `https://${name}:${other}${url}` }).end()
    })
    await keep(`registry.example:${port}`)
    assert.equal(await pull(`registry.example:${port}`), 'fetched')
  }
  assert.ok(seen.length > 0)
  assert.deepEqual(new Set(seen), new Set([undefined]))
})
