import { IMAGE_LIMITS, ociManifest } from '@covenant/schema/image'
import { z } from 'zod'
import type { Report } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'
import { parsePlace, readRepository } from '../../images/remote.ts'
import { bold, fields, paragraphs } from '../../output.ts'
import { oneLine } from '../../visible.ts'

export type InspectOptions = { reference: string; auth?: string }

const configShape = z.object({
  os: z.string(),
  architecture: z.string(),
  config: z
    .object({
      Entrypoint: z.array(z.string()).nullish(),
      Cmd: z.array(z.string()).nullish(),
    })
    .nullish(),
})

/** What an image is, as its registry has it: each byte that is shown is one that the digest names. */
export async function inspect({ reference, auth }: InspectOptions): Promise<Report> {
  if (!reference.includes('@')) {
    throw usageError(
      `${reference} names no digest; "covenant image pin ${reference}" prints it with one`,
    )
  }
  const place = parsePlace(reference)
  const read = readRepository(place, auth)
  const bytes = await read('manifests', place.digest, IMAGE_LIMITS.manifestBytes)
  const manifest = ociManifest.safeParse(parseJson(bytes))
  if (!manifest.success) {
    throw new CliError(`${reference} is no manifest of an image; of an index, pin one platform's`)
  }
  const { config: named, layers } = manifest.data
  const config = configShape.safeParse(
    parseJson(await read('blobs', named.digest, IMAGE_LIMITS.configBytes)),
  )
  if (!config.success) throw new CliError(`${reference} has a config that is none`)
  const { os, architecture, config: defaults } = config.data
  const command = [...(defaults?.Entrypoint ?? []), ...(defaults?.Cmd ?? [])]
  const layerBytes = layers.reduce((sum, { size }) => sum + size, 0)
  const sizes = layers.map(({ digest, size, mediaType }) => ({ digest, size, mediaType }))
  return {
    data: { reference, platform: `${os}/${architecture}`, command, layerBytes, layers: sizes },
    text: paragraphs(
      bold(reference),
      fields([
        ['platform', oneLine(`${os}/${architecture}`)],
        ['command', oneLine(command.join(' ')) || 'none: a contract has to say one'],
        ['to fetch', `${Math.ceil(layerBytes / 1024)} KiB`],
        [
          'layers',
          sizes.map(({ digest, size }) => `${digest}  ${Math.ceil(size / 1024)} KiB`).join('\n'),
        ],
      ]),
    ),
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
