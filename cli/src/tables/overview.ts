/** The part of the command table that is about what concerns whoever asks. */
import { type Command, Option } from 'commander'
import { readShell } from '../arguments.ts'
import { chain, key, member, noun, verb } from '../verb.ts'
import type { Table } from './table.ts'

export function addOverviewCommands(program: Command, { context, report }: Table): void {
  verb(program, 'inbox', {
    summary: 'What awaits your vote, what it decides, what expires soon, what went stale and why',
    example: 'covenant inbox --key //Bob --watch',
    options: [
      member(),
      new Option('--watch', 'again whenever it changes, until Ctrl-C').default(false),
      new Option(
        '--exec <program>',
        'run this program, without a shell, for each new entry: JSON on stdin, COVENANT_… variables',
      ),
      key(),
      chain(),
    ],
  }).action((options) =>
    report(import('../commands/overview/inbox.ts').then(({ inbox }) => inbox(options, context))),
  )
  verb(program, 'completion <shell>', {
    summary: 'Print a script by which bash, zsh or fish completes commands and flags',
    example: 'covenant completion bash',
    arguments: [readShell],
    options: [],
  }).action((shell) =>
    report(
      import('../commands/completion/index.ts').then(({ completion }) =>
        completion(program, shell),
      ),
    ),
  )
  verb(program, 'status', {
    summary: 'The open contracts of your account and your groups, and how long their money lasts',
    example: 'covenant status --key //Bob',
    options: [member(), key(), chain()],
  }).action((options) =>
    report(import('../commands/overview/status.ts').then(({ status }) => status(options))),
  )
  const network = noun(program, 'network', 'The network: all nodes and contracts of the chain')
  verb(network, 'stats', {
    summary: 'Show what there is on the whole chain: nodes, capacity, prices, contracts',
    example: 'covenant network stats',
    options: [chain()],
  }).action((options) =>
    report(
      import('../commands/network/stats.ts').then(({ networkStats }) => networkStats(options)),
    ),
  )
}
