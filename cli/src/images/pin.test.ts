import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { MEDIA_TYPES } from '@covenant/schema/image'
import { packImage } from './pack.ts'
import { pinReference } from './pin.ts'
import { createImagesServer } from './server.ts'

const layout = mkdtempSync(join(tmpdir(), 'covenant-pin-'))
const ours = createImagesServer(layout)
/** Another registry: one image for two platforms, and one that wants an account. */
const other = createServer((request, response) => {
  if (request.url !== '/v2/shop/web/manifests/1.4') {
    response.writeHead(request.url?.includes('/private/') ? 401 : 404).end()
    return
  }
  response.end(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.index,
      manifests: [entry('arm64', '1'), entry('amd64', '2')],
    }),
  )
})
const entry = (architecture: string, digit: string) => ({
  mediaType: MEDIA_TYPES.manifest,
  digest: `sha256:${digit.repeat(64)}`,
  size: 1,
  platform: { os: 'linux', architecture },
})
const hosts: string[] = []

before(async () => {
  for (const server of [ours, other]) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    hosts.push(`127.0.0.1:${(server.address() as AddressInfo).port}`)
  }
})
after(() => {
  for (const server of [ours, other]) {
    server.closeAllConnections()
    server.close()
  }
  rmSync(layout, { recursive: true, force: true })
})

test('a tag becomes the digest that the registry has for it now', async () => {
  const first = await packImage({ layout, repository: 'hello', programs: ['/bin/sh'] })
  const named = `${hosts[0]}/hello`
  assert.deepEqual(await pinReference(named), {
    reference: `${named}:latest@${first.digest}`,
    digest: first.digest,
  })
  const later = await packImage({ layout, repository: 'hello', programs: ['/bin/cat'] })
  assert.equal((await pinReference(`${named}:latest`)).digest, later.digest)
  assert.equal(
    (await pinReference(`${named}@${first.digest}`)).reference,
    `${named}@${first.digest}`,
  )
})

test('of an index the manifest of one platform is pinned, since a node runs no index', async () => {
  const reference = `${hosts[1]}/shop/web:1.4`
  assert.equal(
    (await pinReference(reference, { platform: 'linux/arm64' })).digest,
    `sha256:${'1'.repeat(64)}`,
  )
  assert.equal(
    (await pinReference(reference, { platform: 'linux/amd64' })).reference,
    `${reference}@sha256:${'2'.repeat(64)}`,
  )
  await assert.rejects(
    pinReference(reference, { platform: 'linux/riscv64' }),
    /it is for linux\/arm64, linux\/amd64/,
  )
})

const refused: [name: string, reference: string, message: RegExp][] = [
  ['what is not there', 'OTHER/shop/web:2', /answered 404: it has no such image/],
  [
    'what wants an account',
    'OTHER/private/web:1',
    /wants another name and password than none: --auth names a file/,
  ],
  ['what names no registry', 'nginx', /must begin with the registry's host/],
  ['what nobody serves', '127.0.0.1:1/hello', /No registry at http:\/\/127\.0\.0\.1:1/],
]
for (const [name, reference, message] of refused) {
  test(`${name} is not pinned, and the error says why`, async () => {
    await assert.rejects(pinReference(reference.replace('OTHER', hosts[1] ?? '')), message)
  })
}
