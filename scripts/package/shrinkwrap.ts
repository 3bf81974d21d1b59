/** One entry of package-lock.json, as far as it says what to install. */
export type LockedPackage = {
  version?: string
  link?: boolean
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
}

/**
 * The entries of a lock file that `dependencies` lead to, each where it is there: what was tested is
 * what is installed. Throws where the lock file lacks one.
 */
export function lockedFor(
  dependencies: Record<string, string>,
  packages: Record<string, LockedPackage>,
): Record<string, LockedPackage> {
  const wanted = new Map<string, LockedPackage>()
  const visit = (from: string, needs: Record<string, string>, isOptional: boolean) => {
    for (const name of Object.keys(needs)) {
      const path = resolve(from, name, packages)
      if (path === undefined) {
        if (isOptional) continue
        throw new Error(`package-lock.json has no ${name}, which ${from || 'Covenant'} needs`)
      }
      if (wanted.has(path)) continue
      const found = packages[path]!
      if (found.link) throw new Error(`${from} needs the workspace ${name}, which is no package`)
      wanted.set(path, installed(found))
      visit(path, found.dependencies ?? {}, false)
      visit(path, neededPeers(found), false)
      visit(path, found.optionalDependencies ?? {}, true)
    }
  }
  visit('', dependencies, false)
  return Object.fromEntries([...wanted].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** npm's own way up: the folder of the one that needs it, then those around. */
function resolve(from: string, name: string, packages: Record<string, LockedPackage>) {
  for (let folder = from; ;) {
    const path = `${folder}${folder && '/'}node_modules/${name}`
    if (path in packages) return path
    if (folder === '') return undefined
    folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0))
  }
}

function neededPeers({ peerDependencies = {}, peerDependenciesMeta = {} }: LockedPackage) {
  return Object.fromEntries(
    Object.entries(peerDependencies).filter(([name]) => !peerDependenciesMeta[name]?.optional),
  )
}

/** Here it is no development package, whatever it is in the clone. */
function installed(found: LockedPackage): LockedPackage {
  return Object.fromEntries(
    Object.entries(found).filter(([key]) => !['dev', 'devOptional', 'peer'].includes(key)),
  )
}
