import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createAddressCheck } from './addresses.ts'
import { createCredentials } from './credentials.ts'
import { ImageInvalid, ImageUnavailable } from './errors.ts'
import { buildImage, gzipLayer, openAccess, serveImages, type Intercept } from './images.fixture.ts'
import { pullImage } from './pull.ts'
import type { RegistryAccess } from './registry.ts'
import { createImageStore } from './store.ts'

const image = buildImage([await gzipLayer([{ name: 'hello', content: 'hello' }])])
const NAME = Buffer.from('ada:secret').toString('base64')

async function setUp(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'registry-'))
  t.after(() => rm(folder, { recursive: true }))
  const serve = async (intercept?: Intercept, address?: string) => {
    const registry = await serveImages(image.blobs, intercept, address)
    t.after(registry.close)
    return registry
  }
  const pull = async (host: string, access: Partial<RegistryAccess> = {}) => {
    const store = await createImageStore(join(folder, 'store'))
    const reference = { host, repository: 'demo', tag: undefined, digest: image.digest }
    await pullImage({ reference, store, access: { ...openAccess, ...access }, maxBytes: 1 << 20 })
    return store.tree(image.digest)
  }
  return { folder, serve, pull }
}

/** Keeps one name and password for each of these hosts. */
const keeping =
  (...hosts: string[]) =>
  async (host: string) =>
    hosts.includes(host) ? { basic: NAME } : undefined

/** Listed as a policy lists them. */
const listing = (...hosts: string[]) => createAddressCheck({ hosts, privateAddresses: [] })

const challenge = (response: ServerResponse, text: string) =>
  response.writeHead(401, { 'www-authenticate': text }).end()
const redirect = (response: ServerResponse, location: string) =>
  response.writeHead(307, { location }).end()
const authorizationOf = ({ headers }: IncomingMessage) => headers.authorization

const invalid = (why: RegExp) => (error: unknown) =>
  error instanceof ImageInvalid && why.test(error.message)

test('a registry that wants a name and password gets those kept for it, once it has asked', async (t) => {
  const { serve, pull } = await setUp(t)
  const seen: (string | undefined)[] = []
  const { host } = await serve((request, response) => {
    seen.push(authorizationOf(request))
    if (authorizationOf(request) === `Basic ${NAME}`) return false
    challenge(response, 'Basic realm="demo"')
    return true
  })
  await assert.rejects(pull(host), invalid(/wants a name and password, and none are kept for it/))
  seen.length = 0
  assert.ok(await pull(host, { credentials: keeping(host) }))
  assert.equal(seen[0], undefined)
  assert.ok(seen.slice(1).every((sent) => sent === `Basic ${NAME}`))
})

test('a token is fetched where the registry says, and sent to the registry alone', async (t) => {
  const { serve, pull } = await setUp(t)
  const asked: string[] = []
  const realm = await serve((request, response) => {
    asked.push(`${request.url} ${authorizationOf(request) ?? 'anonymous'}`)
    response.end(JSON.stringify({ token: 'abc' }))
    return true
  }, '127.0.0.2')
  const blobs = await serve((request) => {
    assert.equal(authorizationOf(request), undefined, 'the token stays with the registry')
    return false
  }, '127.0.0.3')
  const { host } = await serve((request, response) => {
    const { url = '' } = request
    if (authorizationOf(request) !== 'Bearer abc') {
      challenge(
        response,
        `Bearer realm="http://${realm.host}/token",service="reg",scope="a:b:pull"`,
      )
    } else if (url.includes('/blobs/')) redirect(response, `http://${blobs.host}${url}`)
    else return false
    return true
  })
  // What is kept for the registry is not given to the server of its tokens.
  assert.ok(await pull(host, { credentials: keeping(host) }))
  assert.deepEqual(asked, ['/token?scope=a%3Ab%3Apull&service=reg anonymous'])
  assert.ok(blobs.requests.length > 0)
})

test('what is kept for the server of tokens goes there and nowhere else', async (t) => {
  const { serve, pull } = await setUp(t)
  const realm = await serve((request, response) => {
    if (authorizationOf(request) === `Basic ${NAME}`) {
      response.end(JSON.stringify({ access_token: 'abc' }))
    } else challenge(response, 'Basic')
    return true
  }, '127.0.0.2')
  const { host } = await serve((request, response) => {
    assert.ok([undefined, 'Bearer abc'].includes(authorizationOf(request)))
    if (authorizationOf(request)) return false
    challenge(response, `Bearer realm="http://${realm.host}/token"`)
    return true
  })
  assert.ok(await pull(host, { credentials: keeping(realm.host) }))
})

test('a name and password do not follow a redirect to another host', async (t) => {
  const { serve, pull } = await setUp(t)
  const other = await serve((request) => {
    assert.equal(authorizationOf(request), undefined)
    return false
  })
  const { host } = await serve((request, response) => {
    if (authorizationOf(request)) redirect(response, `http://${other.host}${request.url}`)
    else challenge(response, 'Basic')
    return true
  })
  assert.ok(await pull(host, { credentials: keeping(host, other.host) }))
})

test('an address that the policy does not list is not connected to', async (t) => {
  const { serve, pull } = await setUp(t)
  const { host, requests } = await serve()
  const port = Number(host.split(':')[1])
  const named = `localhost:${port}`
  for (const hosts of [[], ['127.0.0.2'], [`127.0.0.1:${port + 1}`], ['images.example']]) {
    const access = { mayConnect: listing(...hosts) }
    await assert.rejects(pull(host, access), invalid(/is at 127\.0\.0\.1, which is no public/))
    await assert.rejects(
      pull(named, access),
      invalid(/is at (\S+, )?127\.0\.0\.1.*not in the policy/),
    )
  }
  assert.deepEqual(requests, [], 'nothing was asked')
  assert.ok(await pull(host, { mayConnect: listing(`127.0.0.1:${port}`) }))
})

test('a redirect or a server of tokens at such an address is not connected to either', async (t) => {
  const { serve, pull } = await setUp(t)
  const hidden = await serve(undefined, '127.0.0.2')
  const redirecting = await serve((request, response) => {
    redirect(response, `http://${hidden.host}${request.url}`)
    return true
  })
  const asking = await serve((_request, response) => {
    challenge(response, `Bearer realm="http://${hidden.host}/token"`)
    return true
  })
  const access = { mayConnect: listing('127.0.0.1') }
  for (const { host } of [redirecting, asking]) {
    await assert.rejects(pull(host, access), invalid(/is at 127\.0\.0\.2, which is no public/))
  }
  assert.deepEqual(hidden.requests, [])
})

test('a redirect leads to https, and from loopback to loopback; never on and on', async (t) => {
  const { serve, pull } = await setUp(t)
  const cases: [location: string, why: RegExp][] = [
    ['http://images.example/x', /which is not https/],
    ['file:///etc/passwd', /which is not https/],
    ['https://ada:secret@images.example/', /password in it/],
    ['https://[', /which is no URL/],
    ['/again', /redirects more than 5 times/],
  ]
  for (const [location, why] of cases) {
    const { host } = await serve((_request, response) => {
      redirect(response, location)
      return true
    })
    await assert.rejects(pull(host), invalid(why), location)
  }
})

test('an answer that is no token, or a token that is no header, is refused', async (t) => {
  const { serve, pull } = await setUp(t)
  const answers = ['{}', 'no JSON', '{"token":"a\\r\\nx: y"}', `"${'x'.repeat(70_000)}"`]
  for (const answer of answers) {
    const { host } = await serve((request, response) => {
      if (request.url?.startsWith('/token')) response.end(answer)
      else challenge(response, `Bearer realm="/token"`)
      return true
    })
    await assert.rejects(pull(host), invalid(/token/), answer.slice(0, 20))
  }
})

test('private, loopback and link-local addresses are told from public ones', () => {
  const check = listing()
  const refused = [
    '10.1.2.3',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.0.1',
    '192.168.1.1',
    '0.0.0.0',
  ]
    .concat(['100.64.0.1', '224.0.0.1', '255.255.255.255', '::', '::1', 'fe80::1', 'fd00::1'])
    .concat([
      '::ffff:127.0.0.1',
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
      '2002:a00:1::',
      'ff02::1',
      'x',
    ])
  for (const address of refused) assert.equal(check(address, 443), false, address)
  for (const address of ['1.1.1.1', '172.32.0.1', '2606:4700::1111', '::ffff:1.1.1.1']) {
    assert.equal(check(address, 443), true, address)
  }
  const listed = createAddressCheck({ hosts: [], privateAddresses: ['10.0.0.0/8', 'fd00::5'] })
  assert.deepEqual(
    ['10.9.9.9', '11.0.0.1', '192.168.0.1', 'fd00::5', 'fd00::6'].map((one) => listed(one, 443)),
    [true, true, false, true, false],
  )
})

test('names and passwords are read from a file that nobody else may read', async (t) => {
  const { folder } = await setUp(t)
  const file = join(folder, 'registry-auth.json')
  const credentials = createCredentials(file)
  assert.equal(await credentials('images.example'), undefined, 'no file, nothing kept')
  const auths = { 'images.example': { username: 'ada', password: 'secret' }, b: { auth: NAME } }
  await writeFile(file, JSON.stringify({ auths }), { mode: 0o600 })
  assert.deepEqual(await credentials('images.example'), { basic: NAME })
  assert.deepEqual(await credentials('b'), { basic: NAME })
  assert.equal(await credentials('images.example:444'), undefined)
  await chmod(file, 0o644)
  await assert.rejects(credentials('b'), /can be read by other users: chmod 600/)
  await writeFile(file, '[]', { mode: 0o600 })
  await chmod(file, 0o600)
  await assert.rejects(credentials('b'), (error) => error instanceof ImageUnavailable)
})
