import { readFile } from 'node:fs/promises'
import { parsePolicy } from '@covenant/schema/policy'
import { InvalidFile } from '@covenant/schema/yaml-document'
import type { Report } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { fields } from '../../output.ts'

/** Whether an agent could follow a policy file, and else all that is wrong with it, each with its place. */
export async function checkPolicy({ file }: { file: string }): Promise<Report> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw usageError(`${file} cannot be read: ${error.message}`, { cause: error })
  })
  try {
    const policy = parsePolicy(text, file)
    const { owners, max, images, volumes } = policy
    const { kept } = volumes
    return {
      data: { file, policy },
      text: fields([
        ['accepts contracts of', owners.join('\n') || 'nobody'],
        ['of at most', `cpu ${max.cpu}m, memory ${max.memory}Mi, storage ${max.storage}Mi`],
        ['images from', images.hosts.join('\n') || 'nowhere'],
        ['of at most', `${images.maxSize}Mi`],
        ['keeps volumes', `up to ${kept.maxSize}Mi, for ${kept.maxDays} days`],
      ]),
    }
  } catch (error) {
    if (error instanceof InvalidFile) throw usageError(error.message, { cause: error })
    throw error
  }
}
