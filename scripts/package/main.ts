/**
 * npm run package: makes dist/covenant-VERSION.tgz, which `npm install -g` installs outside of any
 * clone. Node runs TypeScript as it stands, but not within node_modules; so the package holds the
 * same files in the same folders, as JavaScript, and what they read beside them.
 */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { type LockedPackage, lockedFor } from './shrinkwrap.ts'
import { namedFiles, rewriteSpecifiers } from './specifiers.ts'

/** What the programs read at run time, and what a reader of the package looks for. */
const ASSETS = [
  'README.md',
  'api/schema.graphql',
  'chain/artifacts',
  'cli/bin',
  'docs',
  'examples',
  'schema/deployment-v1.json',
  'schema/policy-v1.json',
  'schema/prisma',
]

type Manifest = {
  name: string
  version: string
  description: string
  license: string
  workspaces: string[]
  engines: Record<string, string>
  dependencies?: Record<string, string>
}

const root = join(import.meta.dirname, '../..')
const staging = join(root, 'dist/package')
const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest

rmSync(staging, { recursive: true, force: true })
mkdirSync(staging, { recursive: true })
execFileSync(
  process.execPath,
  [
    join(root, 'node_modules/typescript/bin/tsc'),
    '-p',
    'tsconfig.package.json',
    '--outDir',
    staging,
  ],
  { cwd: root, stdio: 'inherit' },
)
for (const asset of ASSETS) cpSync(join(root, asset), join(staging, asset), { recursive: true })
for (const file of modules()) {
  const path = join(staging, file)
  writeFileSync(path, rewriteSpecifiers(readFileSync(path, 'utf8'), file))
}
const missing = modules().flatMap((file) =>
  namedFiles(readFileSync(join(staging, file), 'utf8'), file)
    .filter((named) => !existsSync(join(staging, named)))
    .map((named) => `${file} names ${named}, which is not in the package`),
)
if (missing.length > 0) throw new Error(missing.join('\n'))

const manifest = packageManifest()
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockedPackage>
}
write('package.json', manifest)
write('npm-shrinkwrap.json', {
  name: manifest.name,
  version: manifest.version,
  lockfileVersion: 3,
  requires: true,
  packages: { '': manifest, ...lockedFor(manifest.dependencies, packages) },
})
const [packed] = JSON.parse(
  execFileSync('npm', ['pack', '--json', '--pack-destination', dirname(staging)], {
    cwd: staging,
    encoding: 'utf8',
  }),
) as { filename: string }[]
console.log(relative(process.cwd(), join(dirname(staging), packed!.filename)))

function modules(): string[] {
  return globSync('**/*.js', { cwd: staging })
}

/** One package in the place of all workspaces: their dependencies, at the versions that they name. */
function packageManifest() {
  const { name, version, description, license, workspaces, engines, dependencies } = manifestOf('.')
  const all = { ...dependencies }
  for (const workspace of workspaces) {
    for (const [needed, wanted] of Object.entries(manifestOf(workspace).dependencies ?? {})) {
      if (needed.startsWith('@covenant/')) continue
      if ((all[needed] ?? wanted) !== wanted) {
        throw new Error(`${workspace} needs ${needed} ${wanted}, another part ${all[needed]}`)
      }
      all[needed] = wanted
    }
  }
  const bin = { covenant: 'cli/bin/covenant.js' }
  const sorted = Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return { name, version, description, license, type: 'module', bin, engines, dependencies: sorted }
}

function write(file: string, value: unknown): void {
  writeFileSync(join(staging, file), `${JSON.stringify(value, null, 2)}\n`)
}
