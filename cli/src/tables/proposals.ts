/** The part of the command table that is about what groups decide. */
import { type Command, Option } from 'commander'
import { readGroup, readProposalAddress } from '../arguments.ts'
import {
  api,
  chain,
  key,
  limit,
  member,
  noInput,
  offerOptions,
  signing,
  verb,
  wait,
  yes,
} from '../verb.ts'
import type { Table } from './table.ts'

export function addProposalCommands(program: Command, { context, report }: Table): void {
  verb(program, 'propose <group-or-plan> [file]', {
    summary: 'Propose to a group that it deploys a file, or what was planned',
    example: 'covenant propose 1 examples/hello.yaml --node 1 --escrow "5 COV" --key //Charlie',
    options: [...offerOptions(), ...wait(), ...signing(), chain()],
  }).action((first, file, options) =>
    report(
      file === undefined
        ? import('../commands/proposal/propose-plan.ts').then(({ proposePlan }) =>
            proposePlan({ plan: first, ...options }, context),
          )
        : import('../commands/proposal/propose.ts').then(({ propose }) =>
            propose({ group: readGroup(first), file, ...options }, context),
          ),
    ),
  )
  for (const vote of ['approve', 'reject'] as const) {
    verb(program, `${vote} <group/proposal>`, {
      summary:
        vote === 'approve'
          ? 'Show what is proposed, ask, and vote for it; the vote that suffices executes it'
          : 'Show what is proposed, ask, and vote against it',
      example: `covenant ${vote} 1/0 --key //Bob`,
      arguments: [readProposalAddress],
      options: [
        new Option(
          '--as <group>',
          'propose to this group, which is a member, that it votes so',
        ).argParser(readGroup),
        ...[yes(), noInput(), ...wait(), ...signing(), chain()],
      ],
    }).action((address, options) =>
      report(
        import('../commands/proposal/vote.ts').then(({ castVote }) =>
          castVote({ vote, address, ...options }, context),
        ),
      ),
    )
  }
  verb(program, 'withdraw <group/proposal>', {
    summary: 'Take back what you proposed, with its deposit',
    example: 'covenant withdraw 1/0 --key //Charlie',
    arguments: [readProposalAddress],
    options: [yes(), noInput(), ...signing(), chain()],
  }).action((address, options) =>
    report(
      import('../commands/proposal/withdraw.ts').then(({ withdraw }) =>
        withdraw({ address, ...options }, context),
      ),
    ),
  )
  verb(program, 'clear <group/proposal>', {
    summary: 'Take off the chain what has expired or is stale; the deposit goes to its proposer',
    example: 'covenant clear 1/0 --key //Bob',
    arguments: [readProposalAddress],
    options: [...signing(), chain()],
  }).action((address, options) =>
    report(
      import('../commands/proposal/clear.ts').then(({ clear }) =>
        clear({ address, ...options }, context),
      ),
    ),
  )
  verb(program, 'review <group/proposal>', {
    summary: 'Show all that an approver needs to know, from the chain alone; signs nothing',
    example: 'covenant review 1/0 --member //Bob --verify shop.yaml',
    arguments: [readProposalAddress],
    options: [
      member(),
      new Option('--verify <file>', 'compare the body on chain with a deployment file of yours'),
      key(),
      chain(),
    ],
  }).action((address, options) =>
    report(
      import('../commands/proposal/review.ts').then(({ review }) =>
        review({ address, ...options }),
      ),
    ),
  )
  verb(program, 'proposals [group]', {
    summary: "List a group's proposals, or those in the groups of a member",
    example: 'covenant proposals 1 --state Open',
    arguments: [readGroup],
    options: [
      new Option('--member <account>', 'proposals in every group of this account'),
      new Option('--state <state>', 'only those in this state').choices([
        'Open',
        'Executed',
        'Rejected',
        'Withdrawn',
        'Cleared',
        'Expired',
        'Stale',
      ]),
      limit(),
      api(),
    ],
  }).action((group, options) =>
    report(
      import('../commands/proposal/list.ts').then(({ listProposals }) =>
        listProposals({ group, ...options }),
      ),
    ),
  )
}
