import type { Report } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { readDeploymentFile } from '../offers.ts'
import { bold, indent, table } from '../output.ts'
import { compareBodies } from '@covenant/schema/body-changes'
import type { Effect } from './effect.ts'

/** Whether a file of one's own is what the chain holds, to the byte; what differs where it is not. */
export async function verifyFile(path: string, bodies: Effect['bodies']): Promise<Report> {
  const file = await readDeploymentFile(path)
  const isSame = bodies.some(({ hash }) => hash === file.hash)
  const differences = isSame ? [] : bodies.flatMap(({ body }) => compareBodies(file.body, body))
  const told = table(
    ['WHERE', 'IN THE FILE', 'ON CHAIN'],
    differences.map(({ what, before, after }) => [what, before, after]),
    bodies.length === 0 ? 'this proposal names no body' : 'the name of the deployment',
  )
  return {
    data: { file: path, isSame, hash: file.hash, differences },
    text: isSame
      ? `${bold(path)} is what would run: its body has the hash ${file.hash}.`
      : `${bold(`${path} is NOT what would run`)}; it has the hash ${file.hash}. What differs:\n${indent(told)}`,
    exitCode: isSame ? EXIT.ok : EXIT.failure,
  }
}
