import type { AgentStatus, ContractStatus } from '@covenant/schema/agent-status'
import { offerKey, type FetchState } from './plan.ts'
import type { Target, TargetContract } from './target.ts'
import type { Workload } from './workload.ts'

export type StatusFacts = {
  target: Target | undefined
  workloads: ReadonlyMap<number, Pick<Workload, 'version' | 'status'>>
  fetches: ReadonlyMap<string, FetchState>
  /** The action under way for each contract. */
  busy: ReadonlyMap<number, string>
  /** Why the step that was tried last for it failed. */
  failed: ReadonlyMap<number, string>
}

/** Where each contract of this node stands, from what is known and what is under way. */
export function contractStatuses(facts: StatusFacts): AgentStatus['contracts'] {
  const placed = new Map(facts.target?.contracts.map((contract) => [contract.id, contract]))
  const ids = new Set([...placed.keys(), ...facts.workloads.keys()])
  return [...ids]
    .sort((a, b) => a - b)
    .map((id) => contractStatus(facts, id, placed.get(id)))
    .filter((status) => status !== undefined)
}

function contractStatus(
  { workloads, fetches, busy, failed }: StatusFacts,
  id: number,
  known: TargetContract | undefined,
): ContractStatus | undefined {
  const workload = workloads.get(id)
  const contract = known?.type === 'placed' ? known.contract : undefined
  if (!workload && !contract) return undefined
  const version = workload?.version ?? contract?.running?.version ?? contract?.version ?? 0
  const services = workload?.status() ?? []
  const status = (state: ContractStatus['state'], detail: string | null = null) => ({
    id,
    version,
    state,
    detail,
    services,
  })
  const action = busy.get(id)
  if (action === 'stop') return status('stopping')
  if (workload) return status('running')
  if (contract?.state === 'Suspended') return status('suspended', 'its escrow is used up')
  if (action === 'fetch') return status('fetching')
  if (action === 'accept') return status('accepting')
  const pending = contract?.pending?.spec.version
  const fetch = pending === undefined ? undefined : fetches.get(offerKey(id, pending))
  const problem = fetch && fetch.type !== 'fetched' ? fetch.message : failed.get(id)
  return status('waiting', problem ?? null)
}
