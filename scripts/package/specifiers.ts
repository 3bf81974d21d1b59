import { dirname, extname, join, relative } from 'node:path/posix'

/** Where a file is named by a literal: imports, exports, `import.meta.resolve`, `new URL` beside itself. */
const NAMED =
  /((?:\bfrom|\bimport|\bimport\(|\bimport\.meta\.resolve\(|\bnew URL\((?=[^)]*import\.meta\.url))\s*)(['"])([^'"\n]+)\2/g

/**
 * The same JavaScript with the TypeScript that it names by its JavaScript. `file` is its path in the
 * clone. Workspaces are named by their paths, since the package has no links to them.
 */
export function rewriteSpecifiers(source: string, file: string): string {
  return source.replaceAll(NAMED, (whole, before: string, quote: string, named: string) => {
    const written = rewritten(named, file)
    return written === named ? whole : `${before}${quote}${written}${quote}`
  })
}

/** The paths that a file of the package names, relative to the package. */
export function namedFiles(source: string, file: string): string[] {
  return [...source.matchAll(NAMED)]
    .filter(([, before = '', , named = '']) => named.startsWith('.') || before.includes('URL'))
    .map(([, , , named = '']) => join(dirname(file), named))
}

function rewritten(named: string, file: string): string {
  const [, workspace, module = 'index'] = /^@covenant\/([\w-]+)(?:\/(.+))?$/.exec(named) ?? []
  if (workspace !== undefined) {
    const path = relative(dirname(file), `${workspace}/src/${module}.js`)
    return path.startsWith('.') ? path : `./${path}`
  }
  return extname(named) === '.ts' ? named.replace(/\.ts$/, '.js') : named
}
