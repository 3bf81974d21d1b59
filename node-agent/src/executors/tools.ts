import { findOnPath } from '@covenant/service/sandbox-probe'
import type { SandboxTools } from './command.ts'

/** The package that each program comes with, under the same name everywhere. */
export const TOOL_PACKAGES = {
  bwrap: 'bubblewrap',
  prlimit: 'util-linux',
  setpriv: 'util-linux',
} as const

/** Finds the programs that sandboxes are made with; answers the name of the first that is missing. */
export function findTools(path: string): SandboxTools | { missing: keyof SandboxTools } {
  const tools: Partial<SandboxTools> = {}
  for (const name of Object.keys(TOOL_PACKAGES) as (keyof SandboxTools)[]) {
    const found = findOnPath(name, path)
    if (found === undefined) return { missing: name }
    tools[name] = found
  }
  return tools as SandboxTools
}
