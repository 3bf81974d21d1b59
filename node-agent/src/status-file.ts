import { agentStatusSchema, type AgentStatus } from '@covenant/schema/agent-status'
import type { Log } from '@covenant/service'
import { writeFileAtomic } from './state/files.ts'

export type StatusFile = {
  /** Replaces the file soon, unless nothing has changed; of many changes at once only the last is written. */
  write(status: AgentStatus): void
  /** Resolves when what was last written is on disk. */
  close(): Promise<void>
}

export function createStatusFile(file: string, log: Log): StatusFile {
  let wanted: AgentStatus | undefined
  let written = ''
  let writing: Promise<void> | undefined

  const writeAll = async () => {
    for (; wanted;) {
      const status = agentStatusSchema.parse({ ...wanted, writtenAt: new Date().toISOString() })
      const facts = JSON.stringify({ ...status, writtenAt: null })
      wanted = undefined
      if (facts === written) continue
      await writeFileAtomic(file, `${JSON.stringify(status, null, 2)}\n`, 0o644)
      written = facts
    }
  }
  return {
    write: (status) => {
      wanted = status
      writing ??= writeAll()
        .catch((error: unknown) => log.warn('the status cannot be written', { file, why: error }))
        .finally(() => (writing = undefined))
    },
    close: async () => writing,
  }
}
