import type { EventData, Resources } from '@covenant/chain-client'
import { bodyFacts } from '@covenant/schema/body-facts'
import { inconsistent } from '../errors.ts'
import { toText } from '../stores/json.ts'
import type { BodyRow, ContractRow, SpecRow } from '../stores/mirror.ts'
import type { Context, Handlers } from './handler.ts'
import { exchange, NOTHING, reservedOf, roomOf, totalOf } from './room.ts'

export const contractHandlers: Handlers<'contracts'> = {
  'contracts.BodyNoted'({ hash, bytes, who, deposit }, { mirror, height }) {
    const before = mirror.bodies.find(hash)
    if (before) mirror.bodies.change(before, { removedHeight: null, changedHeight: height })
    else {
      const text = toText(Buffer.from(bytes.slice('0x'.length), 'hex'))
      mirror.bodies.insert({
        ...{ hash, bytes: bytes.replace('0x', '\\x'), text, ...bodyFacts(text) },
        ...{ referenceCount: 0, removedHeight: null, createdHeight: height, changedHeight: height },
      })
    }
    mirror.holders.insert({ bodyHash: hash, account: who, deposit, createdHeight: height })
  },

  'contracts.BodyDropped'({ hash, who }, context) {
    const { mirror } = context
    changeBody(context, hash, {})
    mirror.holders.delete(mirror.holders.get(hash, who))
  },

  // The chain has not got the bytes any more; the row keeps them.
  'contracts.BodyRemoved': ({ hash }, context) =>
    changeBody(context, hash, { removedHeight: context.height }),

  'contracts.Created'(created, context) {
    const { mirror, height, extrinsicIndex } = context
    const { contract: id, node: nodeId, owner, version, body, escrow, deposit, createdAt } = created
    mirror.contracts.insert({
      ...{ id, owner, nodeId, state: 'Offered', escrow, deposit, createdAt },
      ...{ version, runningVersion: null, pendingVersion: version },
      ...{ paid: 0n, settledAt: 0, suspendedAt: null },
      ...{ networkKey: null, health: null, reportedAt: null },
      ...{ createdHeight: height, createdExtrinsic: extrinsicIndex, changedHeight: height },
      ...{ closedHeight: null, closedAt: null, closeReason: null, refund: null },
      ...{ tombstoneDeposit: null, tombstoneBody: null, prunedHeight: null },
      name: mirror.bodies.get(body).name,
    })
    insertSpec({ ...created, deposit: created.bodyDeposit }, context)
    nameImages(context, id, body)
    refer(context, body, 1)
    const node = mirror.nodes.get(nodeId)
    mirror.nodes.change(node, { contractCount: node.contractCount + 1, changedHeight: height })
  },

  'contracts.Accepted'({ contract: id, version, body, networkKey, settledAt }, context) {
    const { mirror, height } = context
    const contract = openContract(context, id)
    const spec = mirror.specs.get(id, version)
    reserve(context, contract, { taken: resourcesOf(spec) })
    forget(context, specOf(context, contract, contract.runningVersion))
    change(context, contract, {
      ...{ state: 'Running', runningVersion: version, pendingVersion: null },
      ...{ networkKey, settledAt, name: mirror.bodies.get(body).name },
    })
    nameImages(context, id, body)
    mirror.specs.change(spec, { acceptedHeight: height })
  },

  'contracts.UpdateOffered'(offered, context) {
    const { contract: id, version, body } = offered
    const contract = openContract(context, id)
    forget(context, specOf(context, contract, contract.pendingVersion))
    change(context, contract, { version, pendingVersion: version })
    // While nothing runs yet, the offer is what there is to find.
    if (contract.runningVersion === null) {
      change(context, contract, { name: context.mirror.bodies.get(body).name })
      nameImages(context, id, body)
    }
    insertSpec(offered, context)
    refer(context, body, 1)
  },

  'contracts.UpdateDropped'({ contract: id, version, reason }, context) {
    const contract = openContract(context, id)
    forget(context, specOf(context, contract, contract.pendingVersion))
    change(context, contract, { pendingVersion: null })
    context.mirror.specs.change(context.mirror.specs.get(id, version), { dropReason: reason })
  },

  'contracts.Declined'({ contract: id, version, reason }, context) {
    change(context, openContract(context, id), {})
    context.mirror.specs.change(context.mirror.specs.get(id, version), { declineReason: reason })
  },

  'contracts.Settled'({ contract: id, paid, escrow, settledAt, state, at }, context) {
    const contract = openContract(context, id)
    const suspendedAt = state === 'Suspended' ? at : contract.suspendedAt
    change(context, contract, {
      ...{ state, escrow, paid: contract.paid + paid, settledAt, suspendedAt },
    })
  },

  'contracts.ToppedUp': ({ contract: id, escrow, settledAt, state }, context) =>
    change(context, openContract(context, id), { state, escrow, settledAt, suspendedAt: null }),

  'contracts.Reported': ({ contract: id, health, at }, context) =>
    change(context, openContract(context, id), { health, reportedAt: at }),

  // It names no running spec and no offer any more.
  'contracts.Closed'({ contract: id, reason, refund, tombstoneDeposit, closedAt }, context) {
    const { mirror, height } = context
    const contract = openContract(context, id)
    const running = specOf(context, contract, contract.runningVersion)
    const pending = specOf(context, contract, contract.pendingVersion)
    reserve(context, contract, { taken: NOTHING })
    const node = mirror.nodes.get(contract.nodeId)
    mirror.nodes.change(node, { contractCount: node.contractCount - 1 })
    forget(context, running)
    forget(context, pending)
    change(context, contract, {
      ...{ state: 'Closed', escrow: 0n, runningVersion: null, pendingVersion: null },
      ...{ closedHeight: height, closedAt, closeReason: reason, refund, tombstoneDeposit },
      tombstoneBody: (running ?? pending)?.bodyHash ?? null,
    })
  },

  // The chain has no tombstone of it any more; the row keeps what it said.
  'contracts.Pruned'({ contract: id }, context) {
    const contract = context.mirror.contracts.get(id)
    if (contract.state !== 'Closed' || contract.prunedHeight !== null) {
      throw inconsistent(`an event prunes contract ${id}, which has no tombstone`)
    }
    change(context, contract, { prunedHeight: context.height })
  },
}

function openContract({ mirror }: Context, id: number): ContractRow {
  const contract = mirror.contracts.get(id)
  if (contract.state === 'Closed')
    throw inconsistent(`an event changes contract ${id}, which is closed`)
  return contract
}

function change({ mirror, height }: Context, contract: ContractRow, changes: Partial<ContractRow>) {
  mirror.contracts.change(contract, { ...changes, changedHeight: height })
}

type NewSpec = Pick<
  EventData['contracts.UpdateOffered'],
  keyof EventData['contracts.UpdateOffered'] & keyof EventData['contracts.Created']
>

function insertSpec({ contract, body, resources, ...spec }: NewSpec, { mirror, height }: Context) {
  const { version, rate, sealingVersion, deposit, deadline } = spec
  mirror.specs.insert({
    ...{ contractId: contract, version, bodyHash: body, ...resources },
    ...{ rate, sealingVersion, deposit, deadline, createdHeight: height },
    ...{ acceptedHeight: null, declineReason: null, dropReason: null },
  })
}

function specOf(
  { mirror }: Context,
  contract: ContractRow,
  version: number | null,
): SpecRow | null {
  return version === null ? null : mirror.specs.get(contract.id, version)
}

const resourcesOf = ({ cpu, memory, storage, gpus, publicIpv4 }: SpecRow) => ({
  ...{ cpu, memory, storage, gpus, publicIpv4 },
})

/** Reserves `taken` at the contract's node in the place of what runs. */
function reserve(context: Context, contract: ContractRow, { taken }: { taken: Resources }) {
  const { mirror, height } = context
  const node = mirror.nodes.get(contract.nodeId)
  const running = specOf(context, contract, contract.runningVersion)
  const given = running === null ? NOTHING : resourcesOf(running)
  const room = roomOf(totalOf(node), exchange(reservedOf(node), { given, taken }))
  mirror.nodes.change(node, { ...room, changedHeight: height })
}

/** Makes the images of a body those of the contract. */
function nameImages({ mirror }: Context, contractId: number, body: string) {
  const { imageDigests } = mirror.bodies.get(body)
  for (const image of mirror.images.sharing(contractId)) {
    if (!imageDigests.includes(image.digest)) mirror.images.delete(image)
  }
  for (const digest of imageDigests) {
    if (!mirror.images.find(contractId, digest)) mirror.images.insert({ contractId, digest })
  }
}

/** Counts the specs that name a body: one of an open contract that runs or is on offer. */
function refer(context: Context, body: string, times: 1 | -1) {
  const { referenceCount } = context.mirror.bodies.get(body)
  changeBody(context, body, { referenceCount: referenceCount + times })
}

function forget(context: Context, spec: SpecRow | null) {
  if (spec !== null) refer(context, spec.bodyHash, -1)
}

function changeBody({ mirror, height }: Context, hash: string, changes: Partial<BodyRow>) {
  mirror.bodies.change(mirror.bodies.get(hash), { ...changes, changedHeight: height })
}
