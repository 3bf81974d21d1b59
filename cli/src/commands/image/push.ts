import { readFile } from 'node:fs/promises'
import { formatImageReference, isRepository, ociManifest } from '@covenant/schema/image'
import type { Report } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { blobPath, findLatest, readIndex } from '../../images/layout.ts'
import { parsePlace, writeRepository } from '../../images/remote.ts'
import { bold, paragraphs } from '../../output.ts'

export type PushOptions = {
  /** What the image was packed as. */
  name: string
  /** Where it goes: `host[:port]/repository[:tag]`. */
  to: string
  /** The layout's folder. */
  from: string
  auth?: string
}

/** Sends an image of a layout to a registry, what is there already excepted; the manifest comes last. */
export async function push({ name, to, from, auth }: PushOptions): Promise<Report> {
  if (!isRepository(name))
    throw usageError(`${name}: what was packed is named as in hello or shop/web`)
  if (to.includes('@'))
    throw usageError(`${to}: what the image's digest is, the image says: leave it out`)
  const image = findLatest(await readIndex(from), name)
  if (!image)
    throw usageError(
      `${from} has no image ${name}: "covenant image pack --name ${name} --out ${from}"`,
    )
  const { digest, mediaType } = image
  const place = parsePlace(to)
  const manifest = ociManifest.parse(JSON.parse(await readFile(blobPath(from, digest), 'utf8')))
  const remote = writeRepository(place, auth)
  let sent = 0
  for (const blob of [manifest.config, ...manifest.layers]) {
    if (await remote.has(blob.digest)) continue
    await remote.writeBlob(blob.digest, blobPath(from, blob.digest))
    sent += blob.size
  }
  await remote.writeManifest(place.tag ?? digest, blobPath(from, digest), mediaType)
  const reference = formatImageReference({ ...place, digest })
  return {
    data: { reference, digest, sentBytes: sent },
    text: paragraphs(
      bold(reference),
      `${Math.ceil(sent / 1024)} KiB were sent; what the registry had already was not.`,
      'Next: write it into a deployment file as image. A node fetches it where its policy lists the registry.',
    ),
  }
}
