import { isRepository } from '@covenant/schema/image'
import type { Report } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { packImage } from '../../images/pack.ts'
import { bold, fields, paragraphs } from '../../output.ts'

export type PackOptions = {
  programs: string[]
  /** The repository's name. */
  name: string
  /** The layout's folder. */
  out: string
  entrypoint?: string[]
  imagesPort: number
}

/** Packs programs of this machine into an image layout and prints the reference that pins it. */
export async function pack({
  programs,
  name,
  out,
  entrypoint,
  imagesPort,
}: PackOptions): Promise<Report> {
  if (!isRepository(name)) {
    throw usageError(
      `--name ${name}: an image is named by lower-case words, as in hello or shop/web`,
    )
  }
  const image = await packImage({ layout: out, repository: name, programs, entrypoint })
  const reference = `127.0.0.1:${imagesPort}/${name}@${image.digest}`
  return {
    data: {
      reference,
      digest: image.digest,
      layout: out,
      files: image.files,
      layerBytes: image.layerBytes,
    },
    text: paragraphs(
      bold(reference),
      fields([
        ['files', image.files.join('\n')],
        ['size', `${Math.ceil(image.layerBytes / 1024)} KiB`],
        ['layout', out],
      ]),
      'Next: write it into a deployment file as image, then "covenant propose".',
    ),
  }
}
