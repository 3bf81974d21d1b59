import { builder } from '../builder.ts'
import { parseId } from '../inputs.ts'
import { MAX_WORK, type Work, readWork } from '../queries/work.ts'
import { Contract } from './refs.ts'

const WorkType = builder.objectRef<Work>('Work').implement({
  description: 'What has changed for a node.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description: 'Send it as `since` to get what changes after this answer.',
    }),
    more: t.exposeBoolean('more', {
      description: 'Whether more has changed than is in this answer: ask again at once.',
    }),
    contracts: t.field({
      type: [Contract],
      description: 'In the order of their changes.',
      extensions: { items: MAX_WORK },
      resolve: (work) => work.contracts,
    }),
  }),
})

builder.queryField('work', (t) =>
  t.field({
    type: WorkType,
    description:
      "A node's contracts that changed after `since`, closed ones among them; without it, all that " +
      'are not closed. While nothing changes the answer stays the same, so that a GET with ' +
      '`If-None-Match` is answered with 304.',
    args: { node: t.arg.id({ required: true }), since: t.arg.string() },
    resolve: (_root, { node, since }, { snapshot }) =>
      readWork(snapshot, { node: parseId('node', node), since }),
  }),
)
