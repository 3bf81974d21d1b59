import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  formatDigest,
  formatImageReference,
  imageReferenceText,
  InvalidImageReference,
  isDigest,
  isLoopbackHost,
  MEDIA_TYPES,
  ociManifest,
  parseImageReference,
  registryUrl,
} from './image.ts'

const HEX = 'ab'.repeat(32)
const DIGEST = `sha256:${HEX}` as const

test('a reference is read into its parts and written back unchanged', () => {
  const cases = {
    [`127.0.0.1:4001/demo@${DIGEST}`]: {
      host: '127.0.0.1:4001',
      repository: 'demo',
      tag: undefined,
    },
    [`images.example/shop/web:1.4@${DIGEST}`]: {
      host: 'images.example',
      repository: 'shop/web',
      tag: '1.4',
    },
    [`localhost/a__b/c-d.e@${DIGEST}`]: {
      host: 'localhost',
      repository: 'a__b/c-d.e',
      tag: undefined,
    },
    [`[::1]:5000/x:Latest_1@${DIGEST}`]: { host: '[::1]:5000', repository: 'x', tag: 'Latest_1' },
    [`registry:5000/x@${DIGEST}`]: { host: 'registry:5000', repository: 'x', tag: undefined },
  }
  for (const [text, parts] of Object.entries(cases)) {
    const reference = parseImageReference(text)
    assert.deepEqual(reference, { ...parts, digest: DIGEST })
    assert.equal(formatImageReference(reference), text)
  }
})

test('a reference that is wrong says which part and what would have worked', () => {
  const cases: [string, RegExp][] = [
    ['images.example/web:1.4', /a digest is required/],
    ['images.example/web', /a digest is required/],
    ['images.example/web@sha256:abc', /64 lower-case hex/],
    [`images.example/web@sha256:${'AB'.repeat(32)}`, /64 lower-case hex/],
    [`images.example/web@sha512:${HEX}`, /64 lower-case hex/],
    [`images.example/web@${DIGEST}@${DIGEST}`, /64 lower-case hex/],
    [`web@${DIGEST}`, /must begin with the registry's host/],
    [`library/web@${DIGEST}`, /must begin with the registry's host/],
    [`http://images.example/web@${DIGEST}`, /must begin with the registry's host/],
    [`user@images.example/web@${DIGEST}`, /64 lower-case hex/],
    [`images.example:0/web@${DIGEST}`, /must begin with the registry's host/],
    [`images.example:70000/web@${DIGEST}`, /must begin with the registry's host/],
    [`images.example/@${DIGEST}`, /repository must be/],
    [`images.example/Web@${DIGEST}`, /repository must be/],
    [`images.example/../web@${DIGEST}`, /repository must be/],
    [`images.example/a//b@${DIGEST}`, /repository must be/],
    [`images.example/${'a'.repeat(250)}@${DIGEST}`, /more than 255/],
    [`images.example/web:@${DIGEST}`, /tag must be/],
    [`images.example/web:a:b@${DIGEST}`, /tag must be/],
  ]
  for (const [text, why] of cases) {
    assert.throws(
      () => parseImageReference(text),
      (error: Error) => error instanceof InvalidImageReference && why.test(error.message),
      text,
    )
    assert.equal(imageReferenceText.safeParse(text).success, false)
  }
})

test('plain http is for loopback alone', () => {
  for (const host of ['localhost', 'localhost:4001', '127.0.0.1:4001', '127.8.9.255', '[::1]:80']) {
    assert.equal(registryUrl({ host }), `http://${host}`)
  }
  for (const host of [
    'images.example',
    '128.0.0.1',
    '127.0.0.1.example:80',
    '127.0.0.256',
    '[::2]',
  ]) {
    assert.equal(isLoopbackHost(host), false, host)
    assert.equal(registryUrl({ host }), `https://${host}`)
  }
})

test('a digest is sha256 in lower-case hex and nothing else', () => {
  assert.equal(formatDigest(HEX), DIGEST)
  assert.ok(isDigest(DIGEST))
  for (const hex of ['', 'ab', HEX.toUpperCase(), `${HEX}0`, `${HEX}\n`]) {
    assert.throws(() => formatDigest(hex), RangeError)
  }
})

test('a manifest needs a config and a layer, and an index is no manifest', () => {
  const blob = (mediaType: string) => ({ mediaType, digest: DIGEST, size: 3 })
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: blob(MEDIA_TYPES.config),
    layers: [blob(MEDIA_TYPES.layerGzip)],
    subject: blob(MEDIA_TYPES.manifest),
  }
  assert.equal(ociManifest.safeParse(manifest).success, true)
  assert.equal(ociManifest.safeParse({ ...manifest, layers: [] }).success, false)
  assert.equal(ociManifest.safeParse({ ...manifest, mediaType: MEDIA_TYPES.index }).success, false)
  assert.equal(
    ociManifest.safeParse({ ...manifest, config: { ...blob('x'), size: -1 } }).success,
    false,
  )
  assert.equal(
    ociManifest.safeParse({ ...manifest, config: { ...blob('x'), digest: 'sha256:00' } }).success,
    false,
  )
})
