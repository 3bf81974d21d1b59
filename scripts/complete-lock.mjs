// usage: node scripts/complete-lock.mjs     (after each change of dependencies)
//
// Native packages list one optional package per platform, and `npm ci` wants each of them in
// package-lock.json. npm leaves out those that its registry could not show it when the lock file was
// made (a mirror may hold Linux alone); then `npm ci` fails everywhere. This adds them as what they
// are: optional, for another platform, never installed on the ones that Covenant runs on.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const SYSTEMS =
  'aix android cygwin darwin freebsd haiku linux netbsd openbsd openharmony sunos win32 windows'
const PROCESSORS = 'arm arm64 ia32 loong64 mips64el mipsel ppc64 riscv64 s390x wasm32 x64'

const file = join(import.meta.dirname, '..', 'package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8'))
const added = []
for (const [path, { optionalDependencies = {} }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (isThere(path, name)) continue
    const platform = platformOf(name)
    if (platform === undefined) {
      console.error(
        `${name} (wanted by ${path}) is not in the lock file, and its name tells no platform`,
      )
      process.exitCode = 1
      continue
    }
    lock.packages[`node_modules/${name}`] = { version, ...platform, optional: true }
    added.push(name)
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)),
)
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`added ${added.length} packages of other platforms`)

/** Whether npm finds the package from this place in the tree. */
function isThere(path, name) {
  const folders = path.split('/node_modules/')
  return (
    folders.some((_, depth) => {
      const parent = folders.slice(0, folders.length - depth).join('/node_modules/')
      return `${parent}${parent && '/'}node_modules/${name}` in lock.packages
    }) || `node_modules/${name}` in lock.packages
  )
}

function platformOf(name) {
  const words = name.split('/').at(-1).split(/[-_]/)
  const system = SYSTEMS.split(' ').find((word) => words.includes(word))
  const processor = PROCESSORS.split(' ').find((word) => words.includes(word))
  if (system === undefined && processor !== 'wasm32') return undefined
  return {
    ...(processor && { cpu: [processor] }),
    ...(words.includes('musl') && { libc: ['musl'] }),
    ...(system && { os: [system === 'windows' ? 'win32' : system] }),
  }
}
