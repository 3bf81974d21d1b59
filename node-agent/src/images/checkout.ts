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

/** @throws ImageInvalid where the image has something else than a folder in the way of one of these paths */
export function checkMountPoints(tree: ImageTree, mountPaths: readonly string[]): void {
  const others = new Set(tree.flatMap(({ path, entry }) => (entry.type === 'dir' ? [] : [path])))
  for (const point of [...MOUNT_POINTS, ...mountPaths.map((path) => path.slice('/'.length))]) {
    const names = point.split('/')
    const above = names.map((_name, index) => names.slice(0, index + 1).join('/'))
    const inTheWay = above.find((path) => others.has(path))
    if (inTheWay === undefined) continue
    const needed = inTheWay === point ? '' : `, and /${point} is to be mounted in it`
    throw new ImageInvalid(`/${inTheWay} of the image is no folder${needed}`)
  }
}

/**
 * Lays an image's tree out at `destination`, replacing what is there, with folders for what is mounted
 * in it. Every file is read and compared first, so what is laid out is what was fetched.
 *
 * @throws ImageDamaged, ImageInvalid
 */
export async function checkoutImage(
  store: ImageStore,
  tree: ImageTree,
  destination: string,
  mountPaths: readonly string[] = [],
): Promise<void> {
  checkMountPoints(tree, mountPaths)
  await rm(destination, { recursive: true, force: true })
  mkdirSync(destination, { recursive: true, mode: 0o755 })
  const verified = new Set<string>()
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
  for (const point of [...MOUNT_POINTS, ...mountPaths]) {
    mkdirSync(join(destination, point), { recursive: true, mode: 0o755 })
  }
}
