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

  // What ran before is read before it runs no more.
  async 'contracts.Accepted'(accepted, { contracts, bodies, nodes }) {
    await nodes.reserve(accepted.node, accepted)
    await bodies.forgetRunning(accepted.contract)
    await contracts.accept(accepted)
  },

  async 'contracts.UpdateOffered'(offered, { contracts, bodies }) {
    await bodies.forgetPending(offered.contract)
    await contracts.offerUpdate(offered)
    await bodies.refer(offered.body)
  },

  async 'contracts.UpdateDropped'(dropped, { contracts, bodies }) {
    await bodies.forgetPending(dropped.contract)
    await contracts.dropUpdate(dropped)
  },

  'contracts.Declined': (declined, { contracts }) => contracts.decline(declined),

  'contracts.Settled': (settled, { contracts }) => contracts.settle(settled),

  'contracts.ToppedUp': (toppedUp, { contracts }) => contracts.topUp(toppedUp),

  'contracts.Reported': (reported, { contracts }) => contracts.report(reported),

  'contracts.Pruned': ({ contract }, { contracts }) => contracts.prune(contract),

  // What the contract named is read before it names nothing any more.
  async 'contracts.Closed'(closed, { contracts, bodies, nodes }) {
    await nodes.closeContract(closed.node, closed.contract)
    await bodies.forget(closed.contract)
    await contracts.close(closed)
  },
}
