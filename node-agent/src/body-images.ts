import type { Body } from '@covenant/schema'
import { parseImageReference, type ImageReference } from '@covenant/schema/image'

/** An image, and where in it something is to be mounted. */
export type BodyImage = { reference: ImageReference; mountPaths: string[] }

/** One for each service. */
export function bodyImages({ services }: Body): BodyImage[] {
  return Object.values(services).map(({ image, volumes = [] }) => ({
    reference: parseImageReference(image),
    mountPaths: volumes.map(({ mountPath }) => mountPath),
  }))
}

/** What a body's images may take up together, in MiB: all that it reserves but its volumes. */
export function imageStorage({ services }: Body): number {
  return Object.values(services).reduce((sum, { resources }) => sum + resources.storage, 0)
}
