/** The command table: what there is, its options, and which file does it. Each file is loaded when it runs. */
import { Command, Option, type OutputConfiguration } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { readAmount, readId } from './arguments.ts'
import type { Context, Report } from './context.ts'
import { CliError } from './errors.ts'
import { addDeploymentCommands } from './tables/deployments.ts'
import { addContractCommands } from './tables/contracts.ts'
import { addGroupCommands } from './tables/groups.ts'
import { addChainCommands } from './tables/chains.ts'
import { addKeyCommands } from './tables/keys.ts'
import { addNodeCommands } from './tables/nodes.ts'
import { addOverviewCommands } from './tables/overview.ts'
import { addProposalCommands } from './tables/proposals.ts'
import { acting, api, chain, data, key, noun, port, usageOf, verb } from './verb.ts'

export type ProgramOptions = {
  context: Context
  print: (report: Report) => void
  output: OutputConfiguration
}

export function createProgram({ context, print, output }: ProgramOptions): Command {
  const program = new Command('covenant')
    .description('A deployment is an on-chain contract, approved by weighted consensus.')
    .version(packageJson.version, '--version', 'print the version')
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

  verb(program, 'reindex', {
    summary:
      'Make all rows anew from the chain, beside those that are served, and swap them at the end',
    example: 'covenant reindex',
    options: [chain(), data()],
  }).action((options) =>
    report(import('./commands/reindex/index.ts').then(({ reindex }) => reindex(options))),
  )

  addDeploymentCommands(program, { context, report })

  addGroupCommands(program, { context, report })
  addProposalCommands(program, { context, report })
  addOverviewCommands(program, { context, report })
  addKeyCommands(program, { context, report })

  addContractCommands(program, { context, report })
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
    options: acting('propose it to this group, which pays'),
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
  const auth = () =>
    new Option('--auth <file>', 'names and passwords for registries, as a node keeps them')
  verb(image, 'pin <reference>', {
    summary: "Ask an image's registry which digest a tag has now, and print the reference with it",
    example: 'covenant image pin 127.0.0.1:4001/hello:latest',
    options: [
      new Option('--platform <os/arch>', 'of an index of several platforms (default: this one)'),
      auth(),
    ],
  }).action((reference, options) =>
    report(import('./commands/image/pin.ts').then(({ pin }) => pin({ reference, ...options }))),
  )
  verb(image, 'push <name> <to>', {
    summary: 'Send an image that was packed here to a registry',
    example: 'covenant image push hello registry.example/team/hello:1.0 --auth auth.json',
    options: [
      new Option('--from <folder>', 'the OCI image layout that it is in').default(
        '.covenant/images',
      ),
      auth(),
    ],
  }).action((name, to, options) =>
    report(import('./commands/image/push.ts').then(({ push }) => push({ name, to, ...options }))),
  )
  verb(image, 'inspect <reference>', {
    summary: 'What an image is, as its registry has it: platform, command, layers and their sizes',
    example: `covenant image inspect 127.0.0.1:4001/hello@sha256:${'0'.repeat(64)}`,
    options: [auth()],
  }).action((reference, options) =>
    report(
      import('./commands/image/inspect.ts').then(({ inspect }) =>
        inspect({ reference, ...options }),
      ),
    ),
  )
  return program
}
