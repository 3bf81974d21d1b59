/** The command table: what there is, its options, and which file does it. Each file is loaded when it runs. */
import { Command, Option, type OutputConfiguration } from 'commander'
import { readAmount, readGroup, readId, readMember } from './arguments.ts'
import type { Context, Report } from './context.ts'
import { CliError } from './errors.ts'
import { addDeploymentCommands } from './tables/deployments.ts'
import { addChainCommands } from './tables/chains.ts'
import { addKeyCommands } from './tables/keys.ts'
import { addNodeCommands } from './tables/nodes.ts'
import { addOverviewCommands } from './tables/overview.ts'
import { addProposalCommands } from './tables/proposals.ts'
import {
  amount,
  api,
  chain,
  data,
  duration,
  key,
  limit,
  localSigning,
  noInput,
  noun,
  offerOptions,
  port,
  signing,
  threshold,
  usageOf,
  verb,
  yes,
} from './verb.ts'

export type ProgramOptions = {
  context: Context
  print: (report: Report) => void
  output: OutputConfiguration
}

const CONTRACT_STATES = ['Offered', 'Running', 'Suspended', 'Closed']

export function createProgram({ context, print, output }: ProgramOptions): Command {
  const program = new Command('covenant')
    .description('A deployment is an on-chain contract, approved by weighted consensus.')
    .exitOverride()
    .configureOutput(output)
    .configureHelp({ subcommandTerm: (command) => usageOf(command) })
  const report = async (work: Promise<Report>) => print(await work)

  verb(program, 'up', {
    summary: 'Run everything on this machine: chain, database, indexer, API, images, one node',
    example: 'covenant up --data .covenant',
    options: [
      data(),
      new Option('--fresh', 'begin anew: forget the state of earlier starts').default(false),
      port('chain', 9944, "the chain's JSON-RPC"),
      port('api', 4000, 'the API'),
      port('images', 4001, 'the image endpoint'),
    ],
  }).action(async (options) => {
    const { up } = await import('./commands/up/index.ts')
    await up({ ...options, json: context.json })
  })

  verb(program, 'demo', {
    summary: 'Play the whole story, from a group to a running program and back',
    example: 'covenant demo',
    options: [
      new Option('--node <id>', 'the node that is to run it').argParser(readId).default(1),
      new Option('--agent-data <folder>', "that node's folder (default: the one of --data)"),
      data(),
      chain(),
      api(),
    ],
  }).action(async (options) => {
    const { demo } = await import('./commands/demo/index.ts')
    await demo({ ...options, json: context.json })
  })

  verb(program, 'agent', {
    summary: 'Run one more node on this machine, in a folder of its own',
    example: 'covenant agent --data node-2 --operator //Eve',
    options: [
      new Option('--data <folder>', "the node's own folder").makeOptionMandatory(),
      new Option('--operator <key>', 'registers the node where the chain does not know it'),
      chain(),
      api(),
    ],
  }).action(async (options) => {
    const { runAgent } = await import('./commands/agent/index.ts')
    const code = await runAgent(options)
    if (code !== 0) throw new CliError(`the agent ended with code ${code}`)
  })

  verb(program, 'doctor', {
    summary: 'Check this machine and the running parts; say what helps where something is wrong',
    example: 'covenant doctor',
    options: [key(), chain(), api(), port('images', 4001, 'the image endpoint'), data()],
  }).action((options) =>
    report(import('./commands/doctor/index.ts').then(({ doctor }) => doctor(options))),
  )

  verb(program, 'verify', {
    summary: 'Compare every row of the database with the chain; name each difference',
    example: 'covenant verify',
    options: [
      new Option('--at <height>', 'the block that the rows must be of').argParser(readId),
      chain(),
      data(),
    ],
  }).action((options) =>
    report(import('./commands/verify/index.ts').then(({ verify }) => verify(options))),
  )

  addDeploymentCommands(program, { context, report })

  // Groups and what they decide.

  const group = noun(program, 'group', 'Groups: accounts that decide together, by weight')
  verb(group, 'create <name>', {
    summary: 'Create a group, perhaps with money and a first proposal',
    example:
      'covenant group create shop --member //Alice:50 --member //Bob:30 --member //Charlie:20 \\\n' +
      '      --deploy-threshold 51 --fund "100 COV" --key //Alice',
    options: [
      new Option(
        '--member <name:weight[:permissions]>',
        'an address, //Name or group:ID, and its weight; for each member (permissions: propose+approve)',
      )
        .argParser(readMember)
        .makeOptionMandatory(),
      threshold('deploy', 'the weight that creates contracts').makeOptionMandatory(),
      threshold('cancel', "the weight that cancels them (default: deploy's)"),
      threshold('spend', "the weight that transfers money (default: deploy's)"),
      threshold('govern', 'the weight that changes the group (default: the highest of the others)'),
      amount('--fund <amount>', "moved from the creator to the group's account"),
      new Option('--propose <file>', 'a deployment file as the first proposal'),
      ...offerOptions(),
      ...localSigning(),
      chain(),
    ],
  }).action((name, options) =>
    report(
      import('./commands/group/create.ts').then(({ createGroup }) =>
        createGroup({ name, ...options }, context),
      ),
    ),
  )
  verb(group, 'show <group>', {
    summary: 'Show members, thresholds, money and open proposals',
    example: 'covenant group show 1',
    arguments: [readGroup],
    options: [chain()],
  }).action((group, options) =>
    report(
      import('./commands/group/show.ts').then(({ showGroup }) => showGroup({ group, ...options })),
    ),
  )

  addProposalCommands(program, { context, report })
  addOverviewCommands(program, { context, report })
  addKeyCommands(program, { context, report })

  // Contracts, what they are about, and the nodes that run them.

  const contract = noun(program, 'contract', 'Contracts: deployments on a node')
  verb(contract, 'list', {
    summary: 'List contracts, the newest first',
    example: 'covenant contract list --owner group:1 --state Running',
    options: [
      new Option('--owner <account>', 'an address, //Name or group:ID'),
      new Option('--node <id>', 'on this node').argParser(readId),
      new Option('--state <state>', 'in this state').choices(CONTRACT_STATES),
      limit(),
      api(),
    ],
  }).action((options) =>
    report(
      import('./commands/contract/list.ts').then(({ listContracts }) => listContracts(options)),
    ),
  )
  verb(contract, 'show <contract>', {
    summary: 'Show a contract as the chain has it, or wait for it',
    example: 'covenant contract show 1 --wait running --timeout 60s',
    arguments: [readId],
    options: [
      new Option('--wait <state>', 'until it is running, or closed').choices(['running', 'closed']),
      duration('--timeout <time>', 'how long to wait', '60s'),
      chain(),
    ],
  }).action((contract, options) =>
    report(
      import('./commands/contract/show.ts').then(({ showContract }) =>
        showContract({ contract, ...options }, context),
      ),
    ),
  )
  verb(contract, 'cancel <contract>', {
    summary: 'End a contract, or propose to the group that owns it to end it',
    example: 'covenant contract cancel 1 --as group:1 --key //Alice',
    arguments: [readId],
    options: [
      new Option('--as <group>', 'propose it to this group, which owns the contract').argParser(
        readGroup,
      ),
      duration('--expires <time>', 'how long the proposal may be voted on', '6d'),
      yes(),
      noInput(),
      ...signing(),
      chain(),
    ],
  }).action((contract, options) =>
    report(
      import('./commands/contract/cancel.ts').then(({ cancelContract }) =>
        cancelContract({ contract, ...options }, context),
      ),
    ),
  )
  verb(contract, 'top-up <contract> <amount>', {
    summary: "Add to a contract's escrow, or propose to a group that it does",
    example: 'covenant contract top-up 1 "5 COV" --as group:1 --key //Alice',
    arguments: [readId, readAmount],
    options: [
      new Option('--as <group>', 'propose it to this group, which pays').argParser(readGroup),
      duration('--expires <time>', 'how long the proposal may be voted on', '6d'),
      yes(),
      noInput(),
      ...signing(),
      chain(),
    ],
  }).action((contract, amount, options) =>
    report(
      import('./commands/contract/top-up.ts').then(({ topUp }) =>
        topUp({ contract, amount, ...options }, context),
      ),
    ),
  )
  verb(contract, 'logs <contract>', {
    summary: 'Print what its programs printed, from the agent on this machine',
    example: 'covenant contract logs 1 --wait-for hello --timeout 30s',
    arguments: [readId],
    options: [
      new Option('--service <name>', 'of this service; needed when there are several'),
      new Option('--wait-for <text>', 'until this text is in it'),
      new Option('--wait-stopped', 'until the program has stopped').default(false),
      duration('--timeout <time>', 'how long to wait', '60s'),
      data(),
    ],
  }).action((contract, options) =>
    report(
      import('./commands/contract/logs.ts').then(({ showLogs }) =>
        showLogs({ contract, ...options }, context),
      ),
    ),
  )

  const body = noun(program, 'body', 'Bodies: what contracts are about, kept on chain')
  verb(body, 'drop <hash>', {
    summary: 'Get the deposit back that keeping a body on chain took; contracts go on',
    example: `covenant body drop 0x${'0'.repeat(63)}1 --key //Charlie`,
    options: [...signing(), chain()],
  }).action((hash, options) =>
    report(
      import('./commands/body/drop.ts').then(({ dropBody }) =>
        dropBody({ hash, ...options }, context),
      ),
    ),
  )

  addNodeCommands(program, { context, report })
  addChainCommands(program, { context, report })

  const account = noun(program, 'account', 'Accounts and their money')
  verb(account, 'show <accounts...>', {
    summary: 'Show what accounts own, free and held, all at one block',
    example: 'covenant account show //Alice group:1',
    options: [chain()],
  }).action((accounts, options) =>
    report(
      import('./commands/account/show.ts').then(({ showAccounts }) =>
        showAccounts({ accounts, ...options }),
      ),
    ),
  )
  verb(account, 'send <to> <amount>', {
    summary: 'Transfer money, for instance to a group',
    example: 'covenant account send group:1 "20 COV" --key //Alice',
    arguments: [undefined, readAmount],
    options: [yes(), noInput(), ...signing(), chain()],
  }).action((to, amount, options) =>
    report(
      import('./commands/account/send.ts').then(({ send }) =>
        send({ to, amount, ...options }, context),
      ),
    ),
  )

  const image = noun(program, 'image', 'Images: what contracts run')
  verb(image, 'pack <programs...>', {
    summary: 'Pack programs of this machine with their libraries as an image',
    example: 'covenant image pack --name hello /bin/sh /bin/sleep',
    options: [
      new Option('--name <repository>', 'what the image is called').makeOptionMandatory(),
      new Option('--out <folder>', 'the OCI image layout it is added to').default(
        '.covenant/images',
      ),
      new Option('--entrypoint <program...>', 'what runs unless a contract says otherwise'),
      port('images', 4001, 'the image endpoint, for the printed reference'),
    ],
  }).action((programs, options) =>
    report(import('./commands/image/pack.ts').then(({ pack }) => pack({ programs, ...options }))),
  )
  verb(image, 'pin <reference>', {
    summary: "Ask an image's registry which digest a tag has now, and print the reference with it",
    example: 'covenant image pin 127.0.0.1:4001/hello:latest',
    options: [
      new Option('--platform <os/arch>', 'of an index of several platforms (default: this one)'),
    ],
  }).action((reference, options) =>
    report(import('./commands/image/pin.ts').then(({ pin }) => pin({ reference, ...options }))),
  )
  return program
}
