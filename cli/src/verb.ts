/** What the command table is written in: verbs of nouns, and the options that several share. */
import { Command, Option } from 'commander'
import { WAITS } from './waits.ts'
import {
  readAmount,
  readApiUrl,
  readCount,
  readDuration,
  readEndpoint,
  readGroup,
  readNodes,
  readPort,
  readThreshold,
} from './arguments.ts'

type VerbOptions = {
  summary: string
  example: string
  options: Option[]
  /** Readers of the arguments, in their order. */
  arguments?: (((text: string) => unknown) | undefined)[]
}

/** A command's name and arguments, without the options that each has. */
export function usageOf(command: Command): string {
  const parts = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  )
  return [command.name(), ...parts].join(' ')
}

export function noun(program: Command, name: string, summary: string): Command {
  return program.command(name).description(summary)
}

export function verb(
  parent: Command,
  usage: string,
  { summary, example, options, ...rest }: VerbOptions,
) {
  const command = parent.command(usage).description(summary)
  const readers = rest.arguments ?? []
  for (const [index, argument] of command.registeredArguments.entries()) {
    const read = readers[index]
    if (read !== undefined) argument.argParser(read)
  }
  for (const option of options) command.addOption(option)
  command.addOption(new Option('--json', 'print JSON alone'))
  return command.addHelpText('after', `\nExample:\n  $ ${example}`)
}

/** What stands for a deployment in a proposal. */
export function offerOptions(): Option[] {
  return [
    new Option(
      '--node <id>',
      'the node that is to run it; for each where there are several (default: the file’s)',
    ).argParser(readNodes),
    amount('--escrow <amount>', 'held to pay each contract from (default: from the budget)'),
    amount('--max-rate <amount>', 'the most that a second of each may cost (default: the same)'),
    duration('--expires <time>', 'how long the proposal may be voted on', '6d'),
    duration('--deadline <time>', 'how long the node may take to answer, from now', '7d'),
  ]
}

export const chain = () =>
  option('--chain <url>', "the chain's JSON-RPC", 'COVENANT_CHAIN')
    .argParser(readEndpoint)
    .default(`ws://127.0.0.1:${process.env['COVENANT_CHAIN_PORT'] || 9944}`)
export const api = () =>
  option('--api <url>', 'the API', 'COVENANT_API')
    .argParser(readApiUrl)
    .default(`http://127.0.0.1:${process.env['COVENANT_API_PORT'] || 4000}`)
export const data = () =>
  option('--data <folder>', 'the folder that keeps all state', 'COVENANT_DATA').default('.covenant')
export const agentData = () =>
  new Option('--data <folder>', "the agent's own folder").makeOptionMandatory()
export const key = () =>
  option(
    '--key <key>',
    'who: a name of "covenant keys", //Name for development, or the file of a secret',
    'COVENANT_KEY',
  )
const passwordFile = () =>
  new Option('--password-file <file>', 'the file of the password that opens the key')
/** Who signs, with a key of this machine. */
export const localSigning = () => [key(), passwordFile()]
/** Who signs, here or elsewhere. */
export const signing = () => [
  ...localSigning(),
  new Option('--print-call <account>', 'print the call for this account to sign, and sign nothing'),
  new Option('--submit <file>', 'send this signed transaction, if it makes the very same call'),
]
export const yes = () => new Option('--yes', 'do not ask').default(false)
/** Read by run-command.ts, as `--json` is: it is about whom a command may ask. */
export const noInput = () => new Option('--no-input', 'never ask: fail where --yes is missing')
export const member = () =>
  new Option('--member <account>', 'for whom the vote is shown (default: whose --key it is)')
export const port = (name: string, number: number, what: string) =>
  option(`--${name}-port <port>`, what, `COVENANT_${name.toUpperCase()}_PORT`)
    .argParser(readPort)
    .default(number)
export const limit = () =>
  new Option('--limit <count>', 'at most so many').argParser(readCount).default(50)
export const amount = (flags: string, what: string) => new Option(flags, what).argParser(readAmount)
export const duration = (flags: string, what: string, usual: string) =>
  new Option(flags, what).argParser(readDuration).default(readDuration(usual), usual)
export const wait = () => [
  new Option(
    '--wait <what>',
    'for nothing, until the vote is final, the proposal decided, or its contracts run',
  )
    .choices(WAITS)
    .default('finalized'),
  duration('--timeout <time>', 'how long to wait in all', '60s'),
]
/** What a call takes that its signer makes, or proposes to a group. */
export const acting = (what = 'propose it to this group, which does it') => [
  new Option('--as <group>', what).argParser(readGroup),
  ...proposing(),
]
/** What a call takes that is always proposed. */
export const proposing = () => [
  duration('--expires <time>', 'how long the proposal may be voted on', '6d'),
  yes(),
  noInput(),
  ...signing(),
  chain(),
]
export const threshold = (name: string, what: string) =>
  new Option(`--${name}-threshold <weight>`, what).argParser(readThreshold)

/** An option that the environment may set; an empty variable says nothing. */
function option(flags: string, what: string, variable: string): Option {
  const option = new Option(flags, what)
  return process.env[variable] ? option.env(variable) : option
}
