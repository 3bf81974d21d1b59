/** The process covenant-agent: runs on this host what the chain says that its node agreed to. */
import { runService } from '@covenant/service'
import { runAgent } from './agent.ts'
import { readConfig } from './config.ts'
import { closeInheritedFiles } from './executors/leftovers.ts'

closeInheritedFiles()
runService('covenant-agent', (service) => runAgent(readConfig(process.argv.slice(2)), service))
