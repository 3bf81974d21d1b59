import type { Handlers } from './handler.ts'

export const contractHandlers: Handlers<'contracts'> = {
  'contracts.BodyNoted': ({ bytes, ...noted }, { bodies }) =>
    bodies.note({ ...noted, bytes: Buffer.from(bytes.slice('0x'.length), 'hex') }),

  'contracts.BodyDropped': (dropped, { bodies }) => bodies.drop(dropped),

  'contracts.BodyRemoved': ({ hash }, { bodies }) => bodies.remove(hash),

  async 'contracts.Created'(created, { contracts, bodies, nodes, extrinsicIndex }) {
    await contracts.insert(created, { extrinsicIndex })
    await bodies.refer(created.body)
    await nodes.openContract(created.node)
  },

  async 'contracts.Accepted'(accepted, { contracts, nodes }) {
    await contracts.accept(accepted)
    await nodes.reserve(accepted.node, accepted)
  },

  'contracts.Declined': (declined, { contracts }) => contracts.decline(declined),

  'contracts.Settled': (settled, { contracts }) => contracts.settle(settled),

  // What the contract named is read before it names nothing any more.
  async 'contracts.Closed'(closed, { contracts, bodies, nodes }) {
    await nodes.closeContract(closed.node, closed.contract)
    await bodies.forget(closed.contract)
    await contracts.close(closed)
  },
}
