import { builder } from '../builder.ts'
import type { Hint } from '../hints.ts'
import { parseAddress, parseId } from '../inputs.ts'
import { join, sql, when } from '../sql.ts'

const HintType = builder.objectRef<Hint>('Hint').implement({
  description:
    'That something has changed. Ask for it to see what it is now; who loses a hint finds the same there.',
  fields: (t) => ({
    id: t.exposeID('id'),
    height: t.expose('height', { type: 'Uint', description: 'The block that it changed in.' }),
  }),
})

builder.subscriptionType({ description: 'Hints of what changes, as server-sent events.' })

builder.subscriptionFields((t) => ({
  head: t.field({
    type: HintType,
    description: 'Each block that the rows come to; its `id` is its hash. Some may be left out.',
    subscribe: (_root, _args, { hints }) => hints.heads(),
    resolve: (hint) => hint,
  }),
  contractChanged: t.field({
    type: HintType,
    description: 'Contracts that change: one, those of a node, or those of an owner.',
    args: {
      id: t.arg.id(),
      node: t.arg.id(),
      owner: t.arg.string({ description: 'The address of the account that owns them.' }),
    },
    subscribe: (_root, { id, node, owner }, { hints }) => {
      const where = [
        ...when(id, (id) => sql`id = ${parseId('id', id)}::bigint`),
        ...when(node, (node) => sql`node_id = ${parseId('node', node)}::bigint`),
        ...when(owner, (owner) => sql`owner = ${parseAddress('owner', owner)}`),
      ]
      return hints.changed(
        (from, to) => sql`
          select id, changed_height as height from contracts
          where ${join([between(from, to), ...where], ' and ')} order by changed_height, id`,
      )
    },
    resolve: (hint) => hint,
  }),
  proposalChanged: t.field({
    type: HintType,
    description:
      'Proposals that open, are voted on or close: those of a group, or of the groups of a member. Their `id` is as in 3/0.',
    args: {
      group: t.arg.id(),
      member: t.arg.string({ description: 'The address of a member of their groups.' }),
    },
    subscribe: (_root, { group, member }, { hints }) => {
      const where = [
        ...when(group, (group) => sql`group_id = ${parseId('group', group)}::bigint`),
        ...when(
          member,
          (member) =>
            sql`group_id in (select group_id from members where account = ${parseAddress('member', member)})`,
        ),
      ]
      return hints.changed(
        (from, to) => sql`
          select group_id || '/' || id as id, changed_height as height from proposals
          where ${join([between(from, to), ...where], ' and ')} order by changed_height, group_id, proposals.id`,
      )
    },
    resolve: (hint) => hint,
  }),
}))

const between = (from: number, to: number) =>
  sql`changed_height > ${from}::bigint and changed_height <= ${to}::bigint`
