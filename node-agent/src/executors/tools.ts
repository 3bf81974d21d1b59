import { findOnPath } from '@covenant/service/sandbox-probe'

/** The programs of the host that a sandbox is made with, as absolute paths. */
export type SandboxTools = { bwrap: string; nsenter: string; prlimit: string; setpriv: string }

/** The package that each program comes with, under the same name everywhere. */
export const TOOL_PACKAGES = {
  bwrap: 'bubblewrap',
  nsenter: 'util-linux',
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
