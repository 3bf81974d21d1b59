import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Chain } from '@covenant/chain-client'
import {
  DEFAULT_POLICY,
  parseOwner,
  parsePolicy,
  POLICY_JSON_SCHEMA,
  type Policy,
} from '@covenant/schema/policy'
import { InvalidFile } from '@covenant/schema/yaml-document'
import type { Log } from '@covenant/service'
import type { ResolvedPolicy } from './policy.ts'
import { isMissing, writeFileAtomic } from './state/files.ts'

export type PolicyFile = {
  /** Reads the file again if it has changed. */
  refresh(): Promise<void>
  /** The last policy that could be read; undefined as long as none could. */
  current(): Policy | undefined
  /** What is wrong with the file as it stands now. */
  problem(): string | null
}

const EDITOR_SCHEMA = join(import.meta.dirname, '../..', POLICY_JSON_SCHEMA)

/** Opens the operator's policy, writing the one that accepts nobody where there is none. */
export async function openPolicyFile(file: string, log: Log): Promise<PolicyFile> {
  let policy: Policy | undefined
  let problem: string | null = null
  let seen: string | undefined

  const refresh = async () => {
    try {
      const { ino, mtimeMs, size } = await stat(file)
      const fingerprint = `${ino} ${mtimeMs} ${size}`
      if (fingerprint === seen) return
      policy = parsePolicy(await readFile(file, 'utf8'), file)
      seen = fingerprint
      problem = null
      log.info('the policy is read', { owners: policy.owners.length, file })
    } catch (error) {
      const isExpected = error instanceof InvalidFile || isMissing(error)
      if (!isExpected) throw error
      const said = isMissing(error) ? `${file} is gone` : (error as Error).message
      if (said !== problem)
        log.error('the policy cannot be read, the last one goes on', { why: said })
      problem = said
      seen = undefined
    }
  }

  await stat(file).catch(async (error: unknown) => {
    if (!isMissing(error)) throw error
    const hint = `# yaml-language-server: $schema=${EDITOR_SCHEMA}\n#\n`
    await writeFileAtomic(file, hint + DEFAULT_POLICY, 0o644)
  })
  await refresh()
  return { refresh, current: () => policy, problem: () => problem }
}

/** The policy with its owners as accounts. */
export function resolvePolicy(
  policy: Policy,
  chain: { groups: Pick<Chain['groups'], 'accountOf'> },
): ResolvedPolicy {
  const owners = policy.owners
    .map(parseOwner)
    .filter((owner) => owner !== undefined)
    .map((owner) => (owner.type === 'group' ? chain.groups.accountOf(owner.id) : owner.address))
  return { ...policy, owners: new Set(owners) }
}
