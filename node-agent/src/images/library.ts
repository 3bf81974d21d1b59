import type { Digest, ImageReference } from '@covenant/schema/image'
import { checkMountPoints } from './checkout.ts'
import { pullImage } from './pull.ts'
import type { RegistryAccess } from './registry.ts'
import type { ImageStore, Swept, UnusedImages } from './store.ts'

export type ImageLibrary = {
  /** Brings an image into the store where it is not there; one at a time for each image. */
  fetch(
    reference: ImageReference,
    options: { maxBytes: number; signal: AbortSignal },
  ): Promise<void>
  /** @throws ImageInvalid where these paths cannot be mounted in an image of the store */
  checkMountPoints(digest: Digest, mountPaths: readonly string[]): Promise<void>
  /** Removes what is neither needed nor worth keeping, while no image is being fetched. */
  sweep(needed: ReadonlySet<Digest>, unused: UnusedImages): Promise<Swept>
}

/** Fetches and sweeps one store so that a sweep never takes the files of an image in the making. */
export function createImageLibrary(store: ImageStore, access: RegistryAccess): ImageLibrary {
  const fetching = new Map<Digest, Promise<void>>()
  let sweeping: Promise<unknown> = Promise.resolve()

  return {
    fetch: async (reference, { maxBytes, signal }) => {
      await sweeping
      const running = fetching.get(reference.digest)
      if (running) return running
      const pull = pullImage({ reference, store, access, maxBytes, signal }).finally(() =>
        fetching.delete(reference.digest),
      )
      fetching.set(reference.digest, pull)
      return pull
    },
    checkMountPoints: async (digest, mountPaths) => {
      const tree = await store.tree(digest)
      if (tree) checkMountPoints(tree, mountPaths)
    },
    sweep: (needed, unused) => {
      const swept = sweeping.then(async () => {
        await Promise.allSettled(fetching.values())
        return store.sweep(needed, unused)
      })
      sweeping = swept.catch(() => undefined)
      return swept
    },
  }
}
