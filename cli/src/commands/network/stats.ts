import type { Chain, Node } from '@covenant/chain-client'
import type { Resources } from '@covenant/schema'
import { formatAmount } from '@covenant/schema/amount'
import { formatCpu, formatSize } from '@covenant/schema/quantity'
import { withChain } from '../../chain.ts'
import type { Report } from '../../context.ts'
import { bold, count, fields, formatTime, paragraphs, table } from '../../output.ts'
import { formatShort, perMonth } from '../../review/money.ts'
import { oneLine } from '../../visible.ts'

export type StatsOptions = { chain: string }

const STATES = ['Offered', 'Running', 'Suspended'] as const
const MONTH = 2_592_000n

/** What there is on the whole chain, from the chain alone, at one finalised block. */
export async function networkStats({ chain: endpoint }: StatsOptions): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    const stats = await readStats(chain)
    return { data: stats, text: showStats(stats) }
  })
}

async function readStats(chain: Chain) {
  const { height, hash: at } = await chain.finalizedHead()
  const [now, nodes, contracts, nextContract, nextGroup, totalIssuance, runtime] =
    await Promise.all([
      chain.clock.now(at),
      chain.nodes.all(at),
      chain.contracts.all(at),
      chain.contracts.nextId(at),
      chain.groups.nextId(at),
      chain.balances.totalIssuance(at),
      chain.runtimeVersion(at),
    ])
  const { window } = chain.constants.nodes
  const isSeen = ({ lastSeen }: Node) => lastSeen !== null && now <= lastSeen + window
  const able = nodes.filter((node) => node.state === 'Active' && isSeen(node))
  const running = contracts.filter(({ state }) => state === 'Running')
  return {
    ...{ chain: chain.chainName, genesisHash: chain.genesisHash, height, hash: at, now },
    runtime: `${runtime.specName} ${runtime.specVersion}`,
    nodes: {
      all: nodes.length,
      seen: nodes.filter(isSeen).length,
      takingWork: able.length,
      total: sumOf(able.map(({ total }) => total)),
      reserved: sumOf(able.map(({ reserved }) => reserved)),
      regions: [...new Set(able.map(({ region }) => region))].toSorted(),
      cheapestCpu: able
        .map(({ prices }) => prices.cpu)
        .reduce<bigint | null>(
          (least, price) => (least === null || price < least ? price : least),
          null,
        ),
    },
    contracts: {
      open: Object.fromEntries(
        STATES.map((state) => [state, contracts.filter((one) => one.state === state).length]),
      ) as Record<(typeof STATES)[number], number>,
      ever: nextContract - 1,
      owners: new Set(contracts.map(({ owner }) => owner)).size,
      /** What all that runs costs a second, and what is held for it. */
      rate: running.reduce((sum, { running: spec }) => sum + (spec?.rate ?? 0n), 0n),
      escrow: contracts.reduce((sum, { escrow }) => sum + escrow, 0n),
    },
    groups: nextGroup,
    totalIssuance,
  }
}

type Stats = Awaited<ReturnType<typeof readStats>>

function sumOf(list: readonly Resources[]): Resources {
  const sum = { cpu: 0, memory: 0, storage: 0, gpus: 0, publicIpv4: 0 }
  for (const one of list) {
    for (const kind of Object.keys(sum) as (keyof Resources)[]) sum[kind] += one[kind]
  }
  return sum
}

function showStats({ nodes, contracts, groups, totalIssuance, ...block }: Stats): string {
  const { total, reserved } = nodes
  const part = (used: number, of: number) => (of === 0 ? '—' : `${Math.floor((100 * used) / of)} %`)
  const row = (
    what: string,
    kind: 'cpu' | 'memory' | 'storage',
    form: (amount: number) => string,
  ) => [...[what, form(total[kind]), form(reserved[kind]), part(reserved[kind], total[kind])]]
  return paragraphs(
    bold(`${block.chain}, at block ${block.height} (${formatTime(block.now)})`),
    fields([
      ['runtime', block.runtime],
      ['genesis', block.genesisHash],
      [
        'nodes',
        `${nodes.all}, of which ${nodes.seen} seen lately and ${nodes.takingWork} take work`,
      ],
      ['regions', nodes.regions.map(oneLine).join(', ') || 'none'],
      [
        'one core',
        nodes.cheapestCpu === null
          ? 'nobody offers any'
          : `from ${formatShort(nodes.cheapestCpu * 1000n * MONTH)} a month`,
      ],
      [
        'contracts',
        `${STATES.map((state) => `${contracts.open[state]} ${state}`).join(', ')}, of ${count(contracts.owners, 'owner')}; ${contracts.ever} ever`,
      ],
      ['earning', `${perMonth(contracts.rate)}, from ${formatShort(contracts.escrow)} of escrow`],
      ['groups', `${groups} ever`],
      ['issued', formatAmount(totalIssuance)],
    ]),
    table(
      ['OF THOSE THAT TAKE WORK', 'ALL', 'RESERVED', ''],
      [
        row('cpu', 'cpu', formatCpu),
        row('memory', 'memory', formatSize),
        row('disk', 'storage', formatSize),
      ],
      '',
    ),
  )
}
