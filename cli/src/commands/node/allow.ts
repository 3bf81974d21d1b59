import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AGENT_FILES } from '@covenant/schema/agent-status'
import { allowOwner as addOwner, parseOwner } from '@covenant/schema/policy'
import { InvalidFile } from '@covenant/schema/yaml-document'
import { addressNamed } from '../../accounts.ts'
import type { Report } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { agentFolder } from '../../local-agent.ts'

export type AllowOptions = { owner: string; data: string }

/** Adds an owner to the policy of this machine's agent, which reads it again by itself. */
export async function allowOwner({ owner: named, data }: AllowOptions): Promise<Report> {
  const owner = named.startsWith('//') ? addressNamed(named) : named
  if (parseOwner(owner) === undefined) {
    throw usageError(`${owner} is no owner: write group:ID, as in group:1, or an address`)
  }
  const file = join(agentFolder(data), AGENT_FILES.policy)
  const before = await readPolicy(file)
  let after: string
  try {
    after = addOwner(before, owner, file)
  } catch (error) {
    if (error instanceof InvalidFile) throw usageError(error.message, { cause: error })
    throw error
  }
  const isNew = after !== before
  if (isNew) await replace(file, after)
  return {
    data: { owner, policy: file, added: isNew },
    text: isNew
      ? `The node accepts contracts of ${owner} now (${file}).`
      : `The node accepts contracts of ${owner} already (${file}).`,
  }
}

async function readPolicy(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw usageError(
      `${file} cannot be read: name the folder of a node that has run on this machine with --data`,
      { cause: error },
    )
  }
}

/** The agent reads the file whenever it changes, so it changes as a whole. */
async function replace(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${process.pid}`
  await writeFile(unfinished, text, { flush: true })
  await rename(unfinished, file)
}
