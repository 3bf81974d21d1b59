import { builder } from '../builder.ts'
import { type Found, MAX_FOUND, search } from '../queries/search.ts'
import { Account } from './account.ts'
import { Contract, Group, Node, Proposal } from './refs.ts'

const Thing = builder.unionType('Thing', {
  description: 'What a text may stand for.',
  types: [Account, Contract, Group, Node, Proposal],
  resolveType: (row) => kinds.get(row),
})

/** What kind each row found is of: rows themselves do not say. */
const kinds = new WeakMap<object, Found['type']>()

builder.queryField('search', (t) =>
  t.field({
    type: [Thing],
    description:
      `What a text stands for, by its shape: a number (contract, node, group), GROUP/PROPOSAL, an address or public key, ` +
      `the hash of a body (the newest contracts that it was offered for), the digest of an image (the newest contracts that have it), ` +
      `else the whole name of a group or a deployment. At most ${MAX_FOUND} of a kind.`,
    extensions: { items: MAX_FOUND },
    args: { text: t.arg.string({ required: true }) },
    resolve: async (_root, { text }, { load, snapshot }) =>
      (await search(text, { load, snapshot })).map(({ type, row }) => {
        kinds.set(row, type)
        return row
      }),
  }),
)
