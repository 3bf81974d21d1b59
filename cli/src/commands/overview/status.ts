import type { Account, Chain } from '@covenant/chain-client'
import { fundsAt } from '@covenant/schema/funds'
import { addressNamed, memberOf } from '../../accounts.ts'
import { withChain } from '../../chain.ts'
import type { Report } from '../../context.ts'
import { type Inbox, readInbox } from '../../inbox.ts'
import { bold, count, paragraphs, table, warn } from '../../output.ts'
import { perMonth, showFunded } from '../../review/money.ts'
import { type Owned, readOwned } from '../../review/owned.ts'

export type StatusOptions = { member?: string; key?: string; chain: string }

type Place = { chain: Chain; at: string; now: number }

/** What a member's groups and its own account have on the chain, and what awaits it. */
export async function status({
  member: name,
  key,
  chain: endpoint,
}: StatusOptions): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    const member = memberOf({ member: name, key })
    const { height, hash: at } = await chain.finalizedHead()
    const now = await chain.clock.now(at)
    const groups = await chain.groups.ofMember(member, at)
    const owners = [member, ...groups.map(({ id }) => `group:${id}`)]
    const lists = await Promise.all(owners.map((owner) => contractsOf(owner, { chain, at, now })))
    const contracts = lists.flat()
    const waiting = await readInbox(chain, member)
    return {
      data: {
        member,
        height,
        groups: groups.map(({ id, name }) => ({ id, name })),
        contracts,
        waiting: waiting.items.length,
      },
      text: paragraphs(
        bold(`${member}, a member of ${count(groups.length, 'group')}, at block ${height}`),
        showContracts(contracts),
        showWaiting(waiting),
      ),
    }
  })
}

async function contractsOf(owner: string, { chain, at, now }: Place) {
  const account: Account = addressNamed(owner)
  const owned = await readOwned({ chain, at: at as `0x${string}`, owner: account })
  return Promise.all(
    owned.map(async ({ contract, name }: Owned) => {
      const node = await chain.nodes.get(contract.node, at)
      const { window } = chain.constants.nodes
      const isSeen = node?.lastSeen != null && now <= node.lastSeen + window
      const rate = (contract.running ?? contract.pending?.spec)?.rate ?? 0n
      const account = { ...contract, rate: contract.running?.rate ?? null }
      // A contract's node is there as long as the contract is.
      const funds = node === null ? null : fundsAt(account, node, { now, window })
      const isLate = contract.state === 'Offered' && now > (contract.pending?.deadline ?? now)
      return {
        ...{ id: contract.id, name, owner },
        state: contract.state,
        node: contract.node,
        isSeen,
        rate,
        left: contract.escrow - (funds?.due ?? 0n),
        fundedUntil: funds?.fundedUntil ?? null,
        isUsedUp: funds?.state === 'Suspended',
        isLate,
      }
    }),
  )
}

type Line = Awaited<ReturnType<typeof contractsOf>>[number]

function showContracts(contracts: Line[]): string {
  return table(
    ['CONTRACT', 'NAME', 'STATE', 'OWNER', 'NODE', 'COSTS', 'FUNDED UNTIL'],
    contracts.map(({ isUsedUp, ...contract }) => [
      contract.id,
      contract.name,
      contract.isLate ? `${contract.state} (its node did not answer)` : contract.state,
      contract.owner.startsWith('group:') ? contract.owner : 'you',
      contract.isSeen ? contract.node : `${contract.node} (not seen)`,
      perMonth(contract.rate),
      showFunded({ ...contract, state: isUsedUp ? 'Suspended' : contract.state }),
    ]),
    'No open contracts.',
  )
}

function showWaiting({ items }: Inbox): string {
  const votes = items.filter(({ why }) => why === 'decides' || why === 'awaits').length
  return votes === 0
    ? 'Nothing awaits your vote.'
    : warn(`Waiting for your vote: ${count(votes, 'proposal')}. Look: covenant inbox`)
}
