/** What tests of the agent build their situations from: a chain in memory, contracts with defaults. */
import type {
  Call,
  Block,
  Chain,
  Contract,
  Health,
  Json,
  Node,
  Outcome,
  Spec,
} from '@covenant/chain-client'
import { bodyHash, encodeBody, type Body } from '@covenant/schema'
import type { Log } from '@covenant/service'

export const AGENT = 'agent'
export const OWNER = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'
export const IMAGE = `127.0.0.1:4001/demo@sha256:${'0'.repeat(64)}`

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

export function makeBody(over: Partial<Body['services'][string]> = {}): Body {
  return {
    apiVersion: 'covenant/v1',
    name: 'test',
    services: {
      main: {
        image: IMAGE,
        command: ['/bin/true'],
        env: {},
        resources: { cpu: 100, memory: 64, storage: 8 },
        restart: 'always',
        network: 'none',
        ...over,
      },
    },
  }
}

export function makeNode(over: Partial<Node> = {}): Node {
  return {
    id: 1,
    operator: 'operator',
    namedAgent: null,
    agent: AGENT,
    sealing: { key: '0x00', version: 1 },
    total: { cpu: 1000, memory: 1024, storage: 1024, gpus: 0, publicIpv4: 0 },
    reserved: { cpu: 0, memory: 0, storage: 0, gpus: 0, publicIpv4: 0 },
    prices: { cpu: 1n, memory: 1n, storage: 1n, gpu: 1n, publicIpv4: 1n },
    region: 'local',
    attributes: [],
    endpoint: 'localhost',
    state: 'Active',
    live: 0,
    lastSeen: 1000,
    announcedAt: null,
    contracts: 0,
    deposit: 0n,
    ...over,
  }
}

export function makeSpec(over: Partial<Spec> = {}): Spec {
  return {
    version: 1,
    body: '0x00',
    resources: { cpu: 100, memory: 64, storage: 8, gpus: 0, publicIpv4: 0 },
    rate: 1n,
    sealingVersion: 1,
    deposit: 0n,
    ...over,
  }
}

export function makeContract(over: Partial<Contract> = {}): Contract {
  return {
    id: 1,
    owner: OWNER,
    node: 1,
    state: 'Offered',
    running: null,
    pending: { spec: makeSpec(), deadline: 5000 },
    version: 1,
    escrow: 1_000_000n,
    settledAt: 0,
    suspendedAt: null,
    networkKey: null,
    createdAt: 0,
    deposit: 0n,
    report: null,
    ...over,
  }
}

export type TestChain = Chain & {
  node: Node
  now: number
  placed: Map<number, Contract>
  nextId: number
  /** The nonce of the agent's next transaction. */
  nonce: number
  /** The calls that landed, as `pallet.name` and their arguments. */
  submitted: { call: string; args: Json }[]
  /** Makes every read and call fail, as a chain that is away. */
  away: boolean
  /** Whether the operator has removed the node. */
  removed: boolean
  /** Offers a body to the node; answers the contract's id. */
  offer(body: Body | Uint8Array, over?: Partial<Contract>): number
  /** Offers another body beside the one that runs. */
  update(id: number, body: Body): void
  cancel(id: number): void
  /** Makes the next block. */
  move(): void
}

/** A chain of one node whose state the test changes; every state is final at once. */
export function createTestChain(agent: string): TestChain {
  const bodies = new Map<string, Uint8Array>()
  const heads = new Set<() => void>()
  let height = 1
  let looks = 0
  const moved = () => {
    height += 1
    for (const listener of heads) listener()
  }
  const present = () => {
    if (chain.away) throw new Error('the connection to the chain is gone')
  }
  const call = (pallet: string, name: string) => (args: unknown) =>
    ({ hex: '0x', hash: '0x', pallet, name, args: args as Json }) satisfies Call

  const land = ({ pallet, name, args }: Call) => {
    const {
      contract: id = 0,
      reason,
      health,
    } = args as { contract?: number; reason?: string; health?: Health }
    const contract = chain.placed.get(id)
    chain.submitted.push({ call: `${pallet}.${name}`, args })
    switch (name) {
      case 'serve':
        chain.node = { ...chain.node, agent, lastSeen: chain.now }
        break
      case 'heartbeat':
        chain.node = { ...chain.node, lastSeen: chain.now }
        break
      case 'accept':
        if (!contract?.pending) throw new Error('nothing is offered')
        chain.placed.set(id, {
          ...contract,
          ...{ state: 'Running', running: contract.pending.spec, pending: null },
        })
        break
      case 'decline':
        if (!contract?.pending || reason === undefined) throw new Error('nothing is offered')
        if (contract.running) chain.placed.set(id, { ...contract, pending: null })
        else chain.placed.delete(id)
        break
      case 'report':
        if (contract?.state !== 'Running' || !health) throw new Error('nothing runs')
        chain.placed.set(id, { ...contract, report: { health, at: chain.now } })
        break
      case 'terminate':
        if (!contract?.running) throw new Error('nothing runs')
        chain.placed.delete(id)
        break
    }
    moved()
  }

  const known: Partial<Chain> = {
    endpoint: 'memory',
    genesisHash: '0x01',
    chainType: 'Development',
    // What the agent reads of the constants.
    constants: {
      nodes: { heartbeatPeriod: 600, window: 1200 },
      contracts: { settlePeriod: 86_400, reportPeriod: 600 },
    } as Chain['constants'],
    finalizedHead: async () => {
      present()
      // Tests change what it says without a word: so every look is at another block.
      looks += 1
      return { height, hash: `0x${looks}` }
    },
    // What the agent reads of it.
    block: async () => ({ hash: '0x01' }) as unknown as Block,
    watchFinalized: (listener) => {
      const tell = () => listener({ height, hash: '0x01' })
      heads.add(tell)
      return () => heads.delete(tell)
    },
    groups: { accountOf: (id: number) => `group ${id}` } as Chain['groups'],
    clock: { now: async () => chain.now },
    system: { nextNonce: async () => chain.nonce } as unknown as Chain['system'],
    calls: {
      nodes: { serve: call('nodes', 'serve'), heartbeat: call('nodes', 'heartbeat') },
      contracts: {
        accept: call('contracts', 'accept'),
        decline: call('contracts', 'decline'),
        settle: call('contracts', 'settle'),
        report: call('contracts', 'report'),
        terminate: call('contracts', 'terminate'),
      },
    } as unknown as Chain['calls'],
    submit: async (submitted, _signer, options) => {
      present()
      await options?.onStatus?.({ type: 'signed', extrinsicHash: '0x', nonce: chain.nonce })
      chain.nonce += 1
      land(submitted)
      return { ok: true } as Outcome
    },
    close: async () => {},
  }
  const reads = {
    nodes: {
      get: async (id: number) => (id === 1 && !chain.removed ? chain.node : null),
      nextId: async () => 2,
    },
    contracts: {
      several: async (ids: readonly number[]) => {
        present()
        return new Map(
          ids.flatMap((id) => {
            const contract = chain.placed.get(id)
            return contract ? [[id, contract]] : []
          }),
        )
      },
      nextId: async () => chain.nextId,
      body: async (hash: string) => {
        const bytes = bodies.get(hash)
        return bytes && { bytes: `0x${Buffer.from(bytes).toString('hex')}` }
      },
    } as unknown as Chain['contracts'],
  }
  const chain = Object.assign(known, reads, {
    node: makeNode({ agent }),
    now: 1000,
    placed: new Map<number, Contract>(),
    nextId: 1,
    nonce: 0,
    submitted: [],
    away: false,
    removed: false,
    offer: (body: Body | Uint8Array, over: Partial<Contract> = {}) => {
      const bytes = body instanceof Uint8Array ? body : encodeBody(body)
      const hash = bodyHash(bytes)
      bodies.set(hash, bytes)
      const id = chain.nextId++
      const spec = makeSpec({ body: hash, version: id })
      chain.placed.set(
        id,
        makeContract({ id, version: id, pending: { spec, deadline: 5000 }, ...over }),
      )
      moved()
      return id
    },
    update: (id: number, body: Body) => {
      const bytes = encodeBody(body)
      const hash = bodyHash(bytes)
      bodies.set(hash, bytes)
      const contract = chain.placed.get(id) ?? makeContract()
      const version = contract.version + 1
      const pending = { spec: makeSpec({ body: hash, version }), deadline: 5000 }
      chain.placed.set(id, { ...contract, version, pending })
      moved()
    },
    cancel: (id: number) => {
      chain.placed.delete(id)
      moved()
    },
    move: moved,
  }) as TestChain
  return chain
}
