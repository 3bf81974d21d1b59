/** Programs of this host as the files of an image or of a root, for tests that run some. */
import { spawnSync } from 'node:child_process'

/** The paths of `programs` and of the libraries that they need. */
export function withLibraries(programs: readonly string[]): string[] {
  return [...new Set([...programs, ...programs.flatMap(librariesOf)])]
}

function librariesOf(program: string): string[] {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' })
  return [...stdout.matchAll(/(\/\S+)/g)].map(([, path = '']) => path)
}
