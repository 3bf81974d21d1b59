import type { Report } from '../../context.ts'
import { pinReference } from '../../images/pin.ts'
import { bold, paragraphs } from '../../output.ts'

export type PinOptions = { reference: string; platform?: string; auth?: string }

/** Prints the reference that a tag stands for now. */
export async function pin({ reference: written, ...options }: PinOptions): Promise<Report> {
  const { reference, digest } = await pinReference(written, options)
  return {
    data: { reference, digest },
    text: paragraphs(
      bold(reference),
      'It names these very bytes, whatever becomes of the tag. Write it into the deployment file as image.',
    ),
  }
}
