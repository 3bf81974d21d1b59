/** For tests alone: a story in which each call of our pallets is made, and each event happens. */
import { type Member, type Resources, signerFromUri, type Thresholds } from '@covenant/chain-client'
import { bodyHash, bodyResources, completeBody, encodeBody } from '@covenant/schema'
import { make, people, type TestChain } from './chain.ts'

const { alice, bob, charlie, agent } = people
const COV = 10n ** 18n
const DAY = 86_400

const members: Member[] = [
  { account: alice.address, weight: 50, permissions: ['PROPOSE', 'APPROVE'] },
  { account: bob.address, weight: 30, permissions: ['PROPOSE', 'APPROVE', 'VETO'] },
  { account: charlie.address, weight: 20, permissions: ['PROPOSE'] },
]
const thresholds: Thresholds = { deploy: 51, cancel: 30, spend: 60, govern: 80 }
const capacity: Resources = { cpu: 8_000, memory: 16_384, storage: 100_000, gpus: 1, publicIpv4: 2 }
const offered = {
  resources: capacity,
  prices: { cpu: 1_000n, memory: 100n, storage: 10n, gpu: 5n, publicIpv4: 7n },
  region: 'eu-ö',
  attributes: [{ key: 'disk', value: 'nvme' }],
}
const node = {
  ...offered,
  sealingKey: new Uint8Array(32).fill(12),
  endpoint: 'node.example:51820',
}

/** A body of one service, told apart by its name. */
function bodyNamed(name: string) {
  const body = completeBody({
    apiVersion: 'covenant/v1',
    name,
    services: {
      web: {
        image: `localhost:4001/demo@sha256:${'ab'.repeat(32)}`,
        command: ['/bin/demo'],
        resources: { cpu: 100, memory: 64, storage: 10 },
      },
    },
  })
  const bytes = encodeBody(body)
  return { bytes, hash: bodyHash(bytes), resources: bodyResources(body) }
}

/** Plays the first half: a group with proposals in every state, two nodes, two contracts on offer. */
export async function playBeginning({ chain, pass }: TestChain): Promise<void> {
  const { groups, nodes, contracts, balances } = chain.calls
  await make(chain, nodes.register({ ...node, agent: agent.address }), alice)
  await make(chain, nodes.serve({ node: 1 }), agent)
  await make(chain, nodes.register({ ...node, agent: charlie.address, region: '' }), bob)

  const now = await chain.clock.now()
  const expires = now + 20 * DAY
  const spend = balances.transferKeepAlive({ to: bob.address, amount: 1n })
  await make(
    chain,
    groups.createGroup({ name: 'shöp', members, thresholds, first: { call: spend, expires } }),
    alice,
  )
  const account = chain.groups.accountOf(1)
  await make(chain, balances.transferKeepAlive({ to: account, amount: 100n * COV }), alice)

  // 1/0 stays open with a vote that was changed; 1/1 is rejected by a veto; 1/2 is opened by one without a vote.
  await make(chain, groups.propose({ group: 1, call: spend, expires }), alice)
  await make(chain, groups.reject({ group: 1, proposal: 0 }), alice)
  await make(chain, groups.reject({ group: 1, proposal: 1 }), bob)
  await make(chain, groups.propose({ group: 1, call: spend, expires }), charlie)

  const web = bodyNamed('web')
  await make(chain, contracts.noteBody({ bytes: web.bytes }), alice)
  await make(chain, contracts.noteBody({ bytes: web.bytes }), bob)
  await make(chain, contracts.noteBody({ bytes: Uint8Array.of(0xff, 0) }), bob)
  const deadline = (await chain.clock.now()) + DAY
  const create = contracts.create({
    node: 1,
    body: web.hash,
    resources: web.resources,
    maxRate: COV,
    escrow: COV,
    deadline,
  })
  // 1/3 is carried out: contract 1 is the group's, contract 2 is Bob's.
  await make(chain, groups.propose({ group: 1, call: create, expires }), bob)
  await make(chain, groups.approve({ group: 1, proposal: 3, call: create }), alice)
  await make(chain, create, bob)
  await pass(300)
  await make(chain, nodes.heartbeat({ node: 1 }), agent)
}

/** Plays the rest: contracts that run, are paid, use their escrow up, are declined and cancelled. */
export async function playEnd({ chain, pass }: TestChain): Promise<void> {
  const { groups, nodes, contracts } = chain.calls
  const web = bodyNamed('web')
  const networkKey = `0x${'0d'.repeat(32)}` as const
  await make(
    chain,
    contracts.accept({ contract: 1, version: 1, body: web.hash, networkKey }),
    agent,
  )
  await make(chain, contracts.decline({ contract: 2, version: 1, reason: 'Other(7)' }), agent)
  await make(chain, nodes.announce({ node: 1, endpoint: 'elsewhere.example:1' }), agent)
  await pass(60)
  await make(chain, contracts.settle({ contract: 1 }), charlie)

  // Contract 3 is left on offer, 4 is suspended, 5 is cancelled as an offer.
  const poor = bodyNamed('poor')
  await make(chain, contracts.noteBody({ bytes: poor.bytes }), bob)
  const deadline = (await chain.clock.now()) + DAY
  const offer = {
    node: 1,
    body: poor.hash,
    resources: poor.resources,
    maxRate: COV,
    escrow: 1_000_000n,
    deadline,
  }
  for (let offers = 0; offers < 3; offers++) await make(chain, contracts.create(offer), bob)
  await make(
    chain,
    contracts.accept({ contract: 4, version: 1, body: poor.hash, networkKey }),
    agent,
  )
  await pass(60)
  await make(chain, contracts.settle({ contract: 4 }), agent)
  await make(chain, contracts.cancel({ contract: 5 }), bob)

  // The group ends contract 1 by the vote of one, then gives itself other members: 1/0 and 1/2 become stale.
  const expires = (await chain.clock.now()) + DAY
  await make(
    chain,
    groups.propose({ group: 1, call: contracts.cancel({ contract: 1 }), expires }),
    bob,
  )
  const reform = groups.setMembers({
    members: [
      { account: charlie.address, weight: 65_535, permissions: ['PROPOSE', 'APPROVE'] },
      { account: bob.address, weight: 1, permissions: ['VETO'] },
    ],
    thresholds: { deploy: 1, cancel: 2, spend: 3, govern: 65_535 },
  })
  await make(chain, groups.propose({ group: 1, call: reform, expires }), bob)
  await make(chain, groups.approve({ group: 1, proposal: 5, call: reform }), alice)

  await make(chain, nodes.update({ ...offered, node: 1, region: 'us', attributes: [] }), alice)
  await make(chain, contracts.dropBody({ hash: bodyHash(Uint8Array.of(0xff, 0)) }), bob)
  await make(chain, contracts.dropBody({ hash: web.hash }), alice)
  await make(chain, contracts.dropBody({ hash: web.hash }), bob)
  await playUpdates({ chain, pass }, poor)
  await playPartings(chain)
}

/** Plays what comes to few: updates, gifts, reports, offers nobody answers, machines that change and go. */
async function playUpdates(
  { chain, pass }: Pick<TestChain, 'chain' | 'pass'>,
  poor: ReturnType<typeof bodyNamed>,
): Promise<void> {
  const { nodes, contracts } = chain.calls
  const networkKey = `0x${'0e'.repeat(32)}` as const
  const soon = async () => (await chain.clock.now()) + 100
  const ask = async ({ hash, resources }: typeof poor) => ({
    ...{ body: hash, resources, maxRate: COV },
    deadline: await soon(),
  })
  const accept = async (contract: number, version: number, body: typeof poor) =>
    await make(chain, contracts.accept({ contract, version, body: body.hash, networkKey }), agent)
  const late = bodyNamed('late')
  await make(chain, contracts.noteBody({ bytes: late.bytes }), bob)

  // Contract 6 runs its third version, after one that was withdrawn; 4 runs again; 6 is ended by its node.
  await make(chain, contracts.create({ ...(await ask(poor)), node: 1, escrow: COV }), bob)
  await accept(6, 1, poor)
  await make(chain, contracts.update({ ...(await ask(late)), contract: 6, base: 1 }), bob)
  await make(chain, contracts.withdrawUpdate({ contract: 6 }), bob)
  await make(chain, contracts.update({ ...(await ask(late)), contract: 6, base: 2 }), bob)
  await accept(6, 3, late)
  await make(chain, contracts.update({ ...(await ask(poor)), contract: 6, base: 3 }), bob)
  await make(chain, contracts.decline({ contract: 6, version: 4, reason: 'Price' }), agent)
  await make(chain, contracts.topUp({ contract: 4, amount: COV }), alice)
  await make(chain, contracts.update({ ...(await ask(late)), contract: 4, base: 1 }), bob)
  await make(chain, contracts.report({ contract: 4, health: 'Unhealthy' }), agent)

  // Node 2 takes contract 8 on and retires; contract 7 is never answered, nor is the update of 4.
  await make(chain, contracts.create({ ...(await ask(late)), node: 1, escrow: 1n }), bob)
  await make(chain, nodes.serve({ node: 2 }), charlie)
  await make(chain, contracts.create({ ...(await ask(late)), node: 2, escrow: COV }), bob)
  await make(
    chain,
    contracts.accept({ contract: 8, version: 1, body: late.hash, networkKey }),
    charlie,
  )
  await pass(180)
  await make(chain, contracts.expire({ contract: 7 }), charlie)
  await make(chain, contracts.expire({ contract: 4 }), charlie)
  await make(chain, nodes.setState({ node: 2, state: 'Retired' }), bob)
  await make(chain, contracts.close({ contract: 8 }), alice)
  await make(chain, nodes.remove({ node: 2 }), bob)
  await make(chain, contracts.terminate({ contract: 6, reason: 'Hardware' }), agent)

  // Node 1 gets another machine, takes nothing new, and waits for a third.
  const second = signerFromUri('//Alice//second')
  const sealingKey = new Uint8Array(32).fill(13)
  await make(chain, nodes.rotateAgent({ node: 1, agent: second.address, sealingKey }), alice)
  await make(chain, nodes.serve({ node: 1 }), second)
  await make(chain, nodes.setState({ node: 1, state: 'Draining' }), alice)
  await make(chain, nodes.rotateAgent({ node: 1, agent: agent.address, sealingKey }), alice)
}

/** What ends without a decision, a group that ends, and what the administration decides. */
async function playPartings(chain: TestChain['chain']): Promise<void> {
  const { groups, validators } = chain.calls
  const expires = (await chain.clock.now()) + DAY
  // 1/2 is stale, and anybody may say so; 0/0 is taken back.
  await make(chain, groups.clear({ group: 1, proposal: 2 }), alice)
  const vote = groups.reject({ group: 9, proposal: 0 })
  const reform = groups.dissolve({ beneficiary: alice.address })
  await make(chain, groups.propose({ group: 0, call: vote, expires }), bob)
  await make(chain, groups.withdraw({ group: 0, proposal: 0 }), bob)

  const alone: Member[] = [{ ...members[0]!, permissions: ['PROPOSE', 'APPROVE'] }]
  const ones: Thresholds = { deploy: 1, cancel: 1, spend: 1, govern: 1 }
  const first = { call: reform, expires }
  await make(
    chain,
    groups.createGroup({ name: 'brief', members: alone, thresholds: ones, first }),
    alice,
  )
  const set = validators.set({ accounts: [alice.address] })
  await make(chain, groups.propose({ group: 0, call: set, expires }), alice)
  await make(chain, groups.approve({ group: 0, proposal: 1, call: set }), charlie)
}
