/** The part of the command table that is about nodes. */
import { type Command, Option } from 'commander'
import { readCpu, readId, readSize } from '../arguments.ts'
import { CliError } from '../errors.ts'
import { acting, agentData, amount, api, chain, data, limit, noun, verb } from '../verb.ts'
import type { Table } from './table.ts'

const STATES = [
  {
    word: 'drain',
    state: 'Draining',
    summary: 'Have a node take no new offers; what runs goes on',
  },
  { word: 'resume', state: 'Active', summary: 'Have a node that was drained take offers again' },
  { word: 'retire', state: 'Retired', summary: 'End a node for good; it earns nothing more' },
] as const

export function addNodeCommands(program: Command, { context, report }: Table): void {
  const node = noun(program, 'node', 'Nodes: who offers capacity')
  verb(node, 'list', {
    summary: 'List nodes with their free capacity and prices',
    example: 'covenant node list',
    options: [limit(), api()],
  }).action((options) =>
    report(import('../commands/node/list.ts').then(({ listNodes }) => listNodes(options))),
  )
  verb(node, 'show <node>', {
    summary: 'Show a node as the chain has it',
    example: 'covenant node show 1',
    arguments: [readId],
    options: [chain()],
  }).action((node, options) =>
    report(
      import('../commands/node/show.ts').then(({ showNode }) => showNode({ node, ...options })),
    ),
  )
  verb(node, 'allow <owner>', {
    summary: 'Let the node of this machine accept contracts of an owner',
    example: 'covenant node allow group:1',
    options: [data()],
  }).action((owner, options) =>
    report(
      import('../commands/node/allow.ts').then(({ allowOwner }) =>
        allowOwner({ owner, ...options }),
      ),
    ),
  )

  verb(node, 'init', {
    summary: "Make the folder of a node's agent on this machine, and say what the machine can do",
    example: 'covenant node init --data node',
    options: [agentData()],
  }).action((options) =>
    report(import('../commands/node/init.ts').then(({ initNode }) => initNode(options))),
  )
  verb(node, 'register', {
    summary: 'Register the node that an agent of this machine is to serve',
    example: 'covenant node register --data node --region eu --endpoint node.example --key //Eve',
    options: [
      agentData(),
      new Option('--region <name>', 'where the node is, for owners to choose by').default('local'),
      new Option('--endpoint <host>', 'where the node is reached').default('localhost'),
      ...acting('propose it to this group, which operates the node'),
    ],
  }).action((options) =>
    report(
      import('../commands/node/register.ts').then(({ registerNode }) =>
        registerNode(options, context),
      ),
    ),
  )
  for (const { word, state, summary } of STATES) {
    verb(node, `${word} <node>`, {
      summary,
      example: `covenant node ${word} 1 --key //Eve`,
      arguments: [readId],
      options: acting('propose it to this group, which operates the node'),
    }).action((node, options) =>
      report(
        import('../commands/node/set-state.ts').then(({ setNodeState }) =>
          setNodeState({ node, state, ...options }, context),
        ),
      ),
    )
  }
  verb(node, 'remove <node>', {
    summary: 'Take a node without contracts off the chain; its deposit comes back',
    example: 'covenant node remove 1 --key //Eve',
    arguments: [readId],
    options: acting('propose it to this group, which operates the node'),
  }).action((node, options) =>
    report(
      import('../commands/node/remove.ts').then(({ removeNode }) =>
        removeNode({ node, ...options }, context),
      ),
    ),
  )
  verb(node, 'update <node>', {
    summary: 'Change what a node offers, and asks for new contracts; what is not named stays',
    example: 'covenant node update 1 --cpu-price "2000 units" --region eu --key //Eve',
    arguments: [readId],
    options: [
      new Option('--data <folder>', "an agent's folder: what its machine has now"),
      new Option('--region <name>', 'where the node is'),
      new Option('--cpu <amount>', 'all that it offers, as in 4000m').argParser(readCpu),
      new Option('--memory <amount>', 'as in 8Gi').argParser(readSize),
      new Option('--disk <amount>', 'as in 100Gi').argParser(readSize),
      amount('--cpu-price <amount>', 'for 1m (a thousandth of a core) a second'),
      amount('--memory-price <amount>', 'for 1Mi a second'),
      amount('--disk-price <amount>', 'for 1Mi a second'),
      ...acting('propose it to this group, which operates the node'),
    ],
  }).action((node, options) =>
    report(
      import('../commands/node/update.ts').then(({ updateNode }) =>
        updateNode({ node, ...options }, context),
      ),
    ),
  )
  verb(node, 'rotate <node>', {
    summary: 'Have a node served by the agent of another folder on this machine',
    example: 'covenant node rotate 1 --data node --key //Eve',
    arguments: [readId],
    options: [agentData(), ...acting('propose it to this group, which operates the node')],
  }).action((node, options) =>
    report(
      import('../commands/node/rotate.ts').then(({ rotateAgent }) =>
        rotateAgent({ node, ...options }, context),
      ),
    ),
  )
  verb(node, 'run', {
    summary: 'Serve the node: run its agent until it is asked to stop',
    example: 'covenant node run --data node',
    options: [agentData(), chain(), api()],
  }).action(async (options) => {
    const { runAgent } = await import('../commands/agent/index.ts')
    const code = await runAgent(options)
    if (code !== 0) throw new CliError(`the agent ended with code ${code}`)
  })
  verb(node, 'status', {
    summary: 'Show what the agent of this machine does, and what keeps it from it',
    example: 'covenant node status --data node',
    options: [data()],
  }).action((options) =>
    report(import('../commands/node/status.ts').then(({ nodeStatus }) => nodeStatus(options))),
  )
  verb(node, 'logs <contract>', {
    summary: 'Print what the programs of a contract printed, from the agent on this machine',
    example: 'covenant node logs 1 --data node',
    arguments: [readId],
    options: [
      new Option('--service <name>', 'of this service; needed when there are several'),
      data(),
    ],
  }).action((contract, options) =>
    report(
      import('../commands/contract/logs.ts').then(({ showLogs }) =>
        showLogs({ contract, waitStopped: false, timeout: 0, ...options }, context),
      ),
    ),
  )
  const policy = noun(node, 'policy', 'What the node of this machine accepts')
  verb(policy, 'check <file>', {
    summary: 'Check a policy file, and say all that is wrong with it, each with its place',
    example: 'covenant node policy check node/policy.yaml',
    options: [],
  }).action((file) =>
    report(
      import('../commands/node/check-policy.ts').then(({ checkPolicy }) => checkPolicy({ file })),
    ),
  )
}
