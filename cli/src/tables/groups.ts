/** The part of the command table that is about groups. */
import { type Command, Option } from 'commander'
import { readGroup, readMember } from '../arguments.ts'
import {
  amount,
  chain,
  localSigning,
  noun,
  offerOptions,
  proposing,
  threshold,
  verb,
} from '../verb.ts'
import type { Table } from './table.ts'

export function addGroupCommands(program: Command, { context, report }: Table): void {
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
      import('../commands/group/create.ts').then(({ createGroup }) =>
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
      import('../commands/group/show.ts').then(({ showGroup }) => showGroup({ group, ...options })),
    ),
  )

  verb(group, 'set-members <group>', {
    summary: 'Propose to a group who is in it, and by which weight it decides; the rest stays',
    example:
      'covenant group set-members 1 --member //Dave:20 --remove //Bob --deploy-threshold 60 --key //Alice',
    arguments: [readGroup],
    options: [
      new Option(
        '--member <name:weight[:permissions]>',
        'who joins, or has another weight from then on; for each',
      ).argParser(readMember),
      new Option('--remove <account...>', 'who leaves'),
      threshold('deploy', 'the weight that creates contracts'),
      threshold('cancel', 'the weight that cancels them'),
      threshold('spend', 'the weight that transfers money'),
      threshold('govern', 'the weight that changes the group'),
      ...proposing(),
    ],
  }).action((group, options) =>
    report(
      import('../commands/group/set-members.ts').then(({ setMembers }) =>
        setMembers({ group, ...options }, context),
      ),
    ),
  )
  verb(group, 'dissolve <group>', {
    summary: 'Propose to a group that it ends, and who gets what it has',
    example: 'covenant group dissolve 1 --to //Alice --key //Alice',
    arguments: [readGroup],
    options: [
      new Option('--to <account>', 'who gets all of its money').makeOptionMandatory(),
      ...proposing(),
    ],
  }).action((group, options) =>
    report(
      import('../commands/group/dissolve.ts').then(({ dissolve }) =>
        dissolve({ group, ...options }, context),
      ),
    ),
  )
}
