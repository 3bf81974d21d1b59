import { bodyResources } from '@covenant/schema'
import { formatAmount } from '@covenant/schema/amount'
import type { Report } from '../../context.ts'
import { readDeploymentFile } from '../../offers.ts'
import { fields, formatRate, paragraphs } from '../../output.ts'
import { showResources, showServices } from '../../bodies.ts'

/** What a deployment file says, once nothing is wrong with it. */
export async function validate({ file }: { file: string }): Promise<Report> {
  const { deployment, body, bytes, hash, maxRate } = await readDeploymentFile(file)
  const resources = bodyResources(body)
  const { max, per } = deployment.budget
  return {
    data: { file, name: body.name, hash, bytes: bytes.length, resources, maxRate },
    text: paragraphs(
      `${file} is a deployment, "${body.name}".`,
      fields([
        ['body hash', hash],
        ['on chain', `${bytes.length} bytes`],
        ['reserves', showResources(resources)],
        ['budget', `${formatAmount(max)} per ${per}: at most ${formatRate(maxRate)}`],
      ]),
      showServices(body),
      `Next: covenant plan ${file}`,
    ),
  }
}
