import type { ChainEvent, EventData, EventOf } from '@covenant/chain-client'
import type { Mirror } from './mirror.ts'

/** Reads all rows that these events will change or look at. */
export async function loadNeeded(mirror: Mirror, events: readonly ChainEvent[]): Promise<void> {
  const ours = events.filter((event): event is EventOf => event.type !== 'other')
  const those = <Type extends keyof EventData>(...types: Type[]) =>
    ours
      .filter(({ type }) => types.some((one) => one === type))
      .map(({ data }) => data as EventData[Type])
  const all = ours.map(({ data }) => data)
  const membersSet = those('groups.MembersSet', 'groups.GroupDissolved')
  const voted = those('groups.Voted')
  const imagesNamed = those('contracts.Accepted', 'contracts.UpdateOffered')
  const contracts = unique(
    all.flatMap((data) => ('contract' in data ? [{ id: data.contract }] : [])),
  )
  await Promise.all([
    mirror.groups.load(
      unique(all.flatMap((data) => ('group' in data ? [{ id: data.group }] : []))),
    ),
    mirror.members.load(unique(membersSet.map(({ group }) => ({ groupId: group })))),
    mirror.proposals.load(
      unique(
        [...voted, ...those('groups.ProposalClosed')].map(({ group, proposal }) => ({
          ...{ groupId: group, id: proposal },
        })),
      ),
    ),
    mirror.votes.load(
      unique(
        voted.map(({ group, proposal, member }) => ({
          ...{ groupId: group, proposalId: proposal, member },
        })),
      ),
    ),
    mirror.nodes.load(unique(all.flatMap((data) => ('node' in data ? [{ id: data.node }] : [])))),
    mirror.contracts.load(contracts),
    mirror.images.load(unique(imagesNamed.map(({ contract }) => ({ contractId: contract })))),
    mirror.holders.load(
      unique(
        those('contracts.BodyDropped').map(({ hash, who }) => ({ bodyHash: hash, account: who })),
      ),
    ),
  ])

  // What a contract names is known once the contract is.
  const specs = contracts.flatMap(({ id }) => {
    const { runningVersion = null, pendingVersion = null } = mirror.contracts.find(id) ?? {}
    return [runningVersion, pendingVersion]
      .filter((version) => version !== null)
      .map((version) => ({ contractId: id, version }))
  })
  await mirror.specs.load(unique(specs))
  const hashes = [
    ...all.flatMap((data) => ('body' in data ? [data.body] : [])),
    ...all.flatMap((data) => ('hash' in data ? [data.hash] : [])),
    ...specs.flatMap((spec) => mirror.specs.find(spec.contractId, spec.version)?.bodyHash ?? []),
  ]
  await mirror.bodies.load(unique(hashes.map((hash) => ({ hash }))))
}

/** Each once; they have the same fields in the same order. */
function unique<Key extends object>(keys: Key[]): Key[] {
  return [...new Map(keys.map((key) => [Object.values(key).join('/'), key])).values()]
}
