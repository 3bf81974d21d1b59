import { enableCompileCache } from 'node:module'

enableCompileCache()
const { runCommand } = await import('./run-command.ts')

// The code is set rather than the process ended: what was printed into a pipe has to get out first.
process.exitCode = await runCommand(process.argv.slice(2))
