import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AGENT_FILES, type AgentStatus, agentStatusSchema } from '@covenant/schema/agent-status'

/** Where an agent on this machine keeps its data: `agent` in the stack's folder, or the folder itself. */
export function agentFolder(data: string): string {
  const inStack = join(data, 'agent')
  return existsSync(inStack) ? inStack : data
}

/** What the agent says of itself; undefined where it has not said anything that can be read. */
export async function readAgentStatus(data: string): Promise<AgentStatus | undefined> {
  try {
    const text = await readFile(join(agentFolder(data), AGENT_FILES.status), 'utf8')
    return agentStatusSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
