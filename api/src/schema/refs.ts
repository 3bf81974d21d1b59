import { builder } from '../builder.ts'
import type { ContractRow, SpecRow } from '../queries/contracts.ts'
import type { EventRow } from '../queries/events.ts'
import type { GroupRow } from '../queries/groups.ts'
import type { NodeRow } from '../queries/nodes.ts'
import type { ProposalRow, VoteRow } from '../queries/proposals.ts'

// The types that refer to each other: named here, each implemented in the file of its noun.
export const Contract = builder.objectRef<ContractRow>('Contract')
export const Spec = builder.objectRef<SpecRow>('Spec')
export const Event = builder.objectRef<EventRow>('Event')
export const Group = builder.objectRef<GroupRow>('Group')
export const Node = builder.objectRef<NodeRow>('Node')
export const Proposal = builder.objectRef<ProposalRow>('Proposal')
export const CastVote = builder.objectRef<VoteRow>('CastVote')

// One connection type for each noun, wherever a list of it stands.
const connectionOf = <Row>(type: ReturnType<typeof builder.objectRef<Row>>, name: string) =>
  builder.connectionObject({ type, name: `${name}Connection` }, { name: `${name}Edge` })

export const ContractConnection = connectionOf(Contract, 'Contract')
export const SpecConnection = connectionOf(Spec, 'Spec')
export const EventConnection = connectionOf(Event, 'Event')
export const GroupConnection = connectionOf(Group, 'Group')
export const NodeConnection = connectionOf(Node, 'Node')
export const ProposalConnection = connectionOf(Proposal, 'Proposal')
export const CastVoteConnection = connectionOf(CastVote, 'CastVote')
