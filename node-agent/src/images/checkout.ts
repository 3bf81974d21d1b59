import { mkdirSync, symlinkSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { ImageInvalid } from './errors.ts'
import { fileKey, type ImageStore } from './store.ts'
import type { ImageTree } from './tree.ts'

/** Folders of the root that a sandbox mounts over; the root is read-only, so they must be there. */
const MOUNT_POINTS = ['dev', 'proc', 'tmp']

/** The agent's other work waits no longer than this for a launch. */
const BUSY_MS = 20

/**
 * Lays an image's tree out at `destination`, replacing what is there. Every file is read and compared
 * first, so what is laid out is what was fetched. @throws ImageDamaged, ImageInvalid
 */
export async function checkoutImage(
  store: ImageStore,
  tree: ImageTree,
  destination: string,
): Promise<void> {
  await rm(destination, { recursive: true, force: true })
  mkdirSync(destination, { recursive: true, mode: 0o755 })
  const verified = new Set<string>()
  const made = new Set<string>()
  let since = performance.now()
  for (const { path, entry } of tree) {
    if (performance.now() - since > BUSY_MS) {
      await setImmediate()
      since = performance.now()
    }
    const at = join(destination, path)
    switch (entry.type) {
      case 'dir':
        mkdirSync(at, { mode: 0o755 })
        made.add(path)
        break
      case 'symlink':
        symlinkSync(entry.target, at)
        break
      case 'file': {
        const key = fileKey(entry)
        if (!verified.has(key)) await store.verifyFile(entry, path)
        verified.add(key)
        await store.placeFile(entry, at)
      }
    }
  }
  const names = new Set(tree.map(({ path }) => path))
  for (const point of MOUNT_POINTS) {
    if (made.has(point)) continue
    if (names.has(point)) throw new ImageInvalid(`/${point} of the image is no folder`)
    mkdirSync(join(destination, point), { mode: 0o755 })
  }
}
