/** The part of the command table that is about contracts, and the bodies that they are about. */
import { type Command, Option } from 'commander'
import { readAmount, readId } from '../arguments.ts'
import { acting, api, chain, data, duration, limit, noun, signing, verb } from '../verb.ts'
import type { Table } from './table.ts'

const CONTRACT_STATES = ['Offered', 'Running', 'Suspended', 'Closed']

/** What anyone may do, for the fee. */
const UPKEEP = [
  ['settle', 'Pay the node what is due now; anyone may'],
  ['expire', 'End an offer, or drop an update, that the node has not answered in time; anyone may'],
  ['close', 'End a contract that was suspended for too long, or whose node retired; anyone may'],
  ['prune', 'Clear away what is left of a contract that ended long ago; anyone may'],
] as const

export function addContractCommands(program: Command, { context, report }: Table): void {
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
      import('../commands/contract/list.ts').then(({ listContracts }) => listContracts(options)),
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
      import('../commands/contract/show.ts').then(({ showContract }) =>
        showContract({ contract, ...options }, context),
      ),
    ),
  )
  verb(program, 'cancel <contract>', {
    summary: 'End a contract, or propose to the group that owns it to end it',
    example: 'covenant cancel 1 --as group:1 --key //Alice',
    arguments: [readId],
    options: acting('propose it to this group, which owns the contract'),
  }).action((contract, options) =>
    report(
      import('../commands/contract/cancel.ts').then(({ cancelContract }) =>
        cancelContract({ contract, ...options }, context),
      ),
    ),
  )
  verb(program, 'top-up <contract> <amount>', {
    summary: "Add to a contract's escrow, or propose to a group that it does",
    example: 'covenant top-up 1 "5 COV" --as group:1 --key //Alice',
    arguments: [readId, readAmount],
    options: acting('propose it to this group, which pays'),
  }).action((contract, amount, options) =>
    report(
      import('../commands/contract/top-up.ts').then(({ topUp }) =>
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
      import('../commands/contract/logs.ts').then(({ showLogs }) =>
        showLogs({ contract, ...options }, context),
      ),
    ),
  )

  verb(contract, 'withdraw-update <contract>', {
    summary: 'Take back an update that the node has yet to answer; what runs goes on',
    example: 'covenant contract withdraw-update 1 --as group:1 --key //Alice',
    arguments: [readId],
    options: acting('propose it to this group, which owns the contract'),
  }).action((contract, options) =>
    report(
      import('../commands/contract/withdraw-update.ts').then(({ withdrawUpdate }) =>
        withdrawUpdate({ contract, ...options }, context),
      ),
    ),
  )
  for (const [word, summary] of UPKEEP) {
    verb(contract, `${word} <contract>`, {
      summary,
      example: `covenant contract ${word} 1 --key //Bob`,
      arguments: [readId],
      options: [...signing(), chain()],
    }).action((contract, options) =>
      report(
        import('../commands/contract/upkeep.ts').then(({ upkeep }) =>
          upkeep({ verb: word, contract, ...options }, context),
        ),
      ),
    )
  }

  const body = noun(program, 'body', 'Bodies: what contracts are about, kept on chain')
  verb(body, 'drop <hash>', {
    summary: 'Get the deposit back that keeping a body on chain took; contracts go on',
    example: `covenant body drop 0x${'0'.repeat(63)}1 --key //Charlie`,
    options: [...signing(), chain()],
  }).action((hash, options) =>
    report(
      import('../commands/body/drop.ts').then(({ dropBody }) =>
        dropBody({ hash, ...options }, context),
      ),
    ),
  )
}
