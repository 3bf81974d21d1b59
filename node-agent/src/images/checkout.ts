import { mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ImageInvalid } from './errors.ts'
import { fileKey, type ImageStore } from './store.ts'
import type { ImageTree } from './tree.ts'

/** Folders of the root that a sandbox mounts over; the root is read-only, so they must be there. */
const MOUNT_POINTS = ['dev', 'proc', 'tmp']

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
  await mkdir(destination, { recursive: true, mode: 0o755 })
  const verified = new Set<string>()
  const made = new Set<string>()
  for (const { path, entry } of tree) {
    const at = join(destination, path)
    switch (entry.type) {
      case 'dir':
        await mkdir(at, { mode: 0o755 })
        made.add(path)
        break
      case 'symlink':
        await symlink(entry.target, at)
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
    await mkdir(join(destination, point), { mode: 0o755 })
  }
}
