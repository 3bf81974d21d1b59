import { ImageInvalid } from './errors.ts'

/** What a file is, apart from its name: the store keeps each of these once. */
export type StoredFile = {
  sha256: string
  size: number
  /** The nine permission bits. Setuid, setgid and sticky are dropped: a sandbox honours none of them. */
  mode: number
  uid: number
  gid: number
  /** As the archive's PAX header had them. */
  xattrs: Record<string, string>
}

export type TreeEntry =
  | { type: 'dir' }
  | ({ type: 'file' } & StoredFile)
  | { type: 'symlink'; target: string }

/** The files of an image, all layers applied: parents before children, paths relative to the root. */
export type ImageTree = { path: string; entry: TreeEntry }[]

const MAX_PATH_BYTES = 4095
const MAX_NAME_BYTES = 255

export type TreeBuilder = {
  /** Entries from now on belong to a layer above all those so far. */
  beginLayer(): void
  /** Puts `entry` at `path`, replacing what was there; a folder keeps its children. */
  add(path: string, entry: TreeEntry): void
  /** Puts the file that is at `target` at `path` too. */
  link(path: string, target: string): void
  /** Hides what lower layers have at `path`. */
  whiteout(path: string): void
  /** Hides what lower layers have within the folder at `path`. */
  opaque(path: string): void
  count(): number
  finish(): ImageTree
}

type Branch = { entry: TreeEntry; layer: number; children: Map<string, Branch> }

/**
 * Applies the entries of layers in memory. Nothing an archive names is ever written under that name
 * on the host; a path that would leave the root, or go through a link, is refused all the same.
 */
export function createTreeBuilder(): TreeBuilder {
  let layer = 0
  let entries = 0
  const root: Branch = { entry: { type: 'dir' }, layer, children: new Map() }

  const child = (parent: Branch, name: string, entry: TreeEntry): Branch => {
    const branch: Branch = { entry, layer, children: new Map() }
    parent.children.set(name, branch)
    entries += 1
    return branch
  }

  /** The folder that is to hold the last of `names`, made where the archive left it out. */
  const folderOf = (names: readonly string[], path: string): Branch => {
    let at = root
    for (const name of names.slice(0, -1)) {
      at = at.children.get(name) ?? child(at, name, { type: 'dir' })
      if (at.entry.type !== 'dir') {
        throw new ImageInvalid(`${path} lies beneath ${name}, which is no folder`)
      }
    }
    return at
  }

  const find = (names: readonly string[]): Branch | undefined =>
    names.reduce<Branch | undefined>((at, name) => at?.children.get(name), root)

  /** Takes out what lower layers put into `branch`; answers whether something of this layer is left. */
  const prune = (branch: Branch): boolean => {
    for (const [name, below] of branch.children) {
      if (!prune(below)) {
        branch.children.delete(name)
        entries -= 1
      }
    }
    return branch.layer === layer || branch.children.size > 0
  }

  const count = (branch: Branch): number =>
    [...branch.children.values()].reduce((sum, below) => sum + 1 + count(below), 0)

  const add = (path: string, entry: TreeEntry) => {
    const names = splitPath(path)
    const name = names.at(-1)
    if (name === undefined) {
      if (entry.type !== 'dir') throw new ImageInvalid(`the root is a ${entry.type}`)
      return
    }
    const folder = folderOf(names, path)
    const before = folder.children.get(name)
    if (before?.entry.type === 'dir' && entry.type === 'dir') {
      before.layer = layer
      return
    }
    if (before) entries -= 1 + count(before)
    child(folder, name, entry)
  }

  return {
    beginLayer: () => {
      layer += 1
    },
    add,
    link: (path, target) => {
      const found = find(splitPath(target))
      if (found?.entry.type !== 'file') {
        throw new ImageInvalid(`${path} is a hard link to ${target}, which is no file of the image`)
      }
      add(path, found.entry)
    },
    whiteout: (path) => {
      const names = splitPath(path)
      const name = names.at(-1)
      const folder = find(names.slice(0, -1))
      const hidden = name === undefined ? undefined : folder?.children.get(name)
      if (!folder || !hidden || name === undefined || prune(hidden)) return
      folder.children.delete(name)
      entries -= 1
    },
    opaque: (path) => {
      const folder = find(splitPath(path))
      if (folder) prune(folder)
    },
    count: () => entries,
    finish: () => {
      const tree: ImageTree = []
      const walk = (branch: Branch, prefix: string) => {
        // By code unit: the same tree gives the same list everywhere.
        const names = [...branch.children.keys()].sort()
        for (const name of names) {
          const below = branch.children.get(name) as Branch
          tree.push({ path: prefix + name, entry: below.entry })
          walk(below, `${prefix}${name}/`)
        }
      }
      walk(root, '')
      return tree
    },
  }
}

/** The names along a path of an archive; none for the root. Throws for a path that leaves the root. */
export function splitPath(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  if (names.includes('..')) throw new ImageInvalid(`${JSON.stringify(path)} leaves the image`)
  if (path.includes('\0')) throw new ImageInvalid(`${JSON.stringify(path)} holds a NUL`)
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new ImageInvalid(`a path has more than ${MAX_PATH_BYTES} bytes: ${path.slice(0, 60)}…`)
  }
  if (names.some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES)) {
    throw new ImageInvalid(`a name has more than ${MAX_NAME_BYTES} bytes in ${path.slice(0, 60)}…`)
  }
  return names
}
