import { join } from 'node:path'
import { AGENT_FILES } from '@covenant/schema/agent-status'
import type { Report } from '../../context.ts'
import { EXIT } from '../../exit-codes.ts'
import { fields, paragraphs } from '../../output.ts'
import { showResources } from '../../bodies.ts'
import { prepareNode } from './prepare.ts'

/** Makes the folder of a node's agent on this machine and says what this machine can do. */
export async function initNode({ data }: { data: string }): Promise<Report> {
  const prepared = await prepareNode(data)
  const { folder, agent, sealingKey, sandbox, resources } = prepared
  const policy = join(folder, AGENT_FILES.policy)
  return {
    data: { ...prepared, policy },
    text: paragraphs(
      fields([
        ['folder', folder],
        ['agent', agent],
        ['sealing key', sealingKey],
        ['policy', policy],
        [
          'sandbox',
          sandbox.works ? `${sandbox.executor} ${sandbox.version}` : `none: ${sandbox.message}`,
        ],
        ['could offer', showResources(resources)],
      ]),
      sandbox.works
        ? undefined
        : `Without a sandbox the node declines all work. What helps:\n  ${sandbox.remedy}`,
      `All that has to be kept is ${join(folder, 'seed')}. Next:\n` +
        `  covenant node register --data ${data} --key KEY_OF_THE_OPERATOR\n` +
        `  covenant node run --data ${data}`,
    ),
    exitCode: sandbox.works ? EXIT.ok : EXIT.failure,
  }
}
