/** The part of the command table that is about deployment files. */
import { type Command, Option } from 'commander'
import { chain, key, member, noInput, offerOptions, signing, verb, wait, yes } from '../verb.ts'
import type { Table } from './table.ts'

export function addDeploymentCommands(program: Command, { context, report }: Table): void {
  verb(program, 'init [file]', {
    summary: 'Write a commented deployment file to begin with',
    example: 'covenant init shop.yaml --name shop',
    options: [
      new Option('--name <name>', "the deployment's name (default: the file's)"),
      new Option('--image <reference>', 'what it runs, with its digest'),
    ],
  }).action((file, options) =>
    report(import('../commands/deployment/init.ts').then(({ init }) => init({ file, ...options }))),
  )
  verb(program, 'validate <file>', {
    summary: 'Check a deployment file without any chain, and print its hash',
    example: 'covenant validate shop.yaml',
    options: [],
  }).action((file) =>
    report(import('../commands/deployment/validate.ts').then(({ validate }) => validate({ file }))),
  )
  verb(program, 'plan <file>', {
    summary: 'Compare a deployment file with what runs, and say what would change; changes nothing',
    example: 'covenant plan shop.yaml --owner group:1 --node 1 -o plan.json',
    options: [
      new Option('--owner <account>', 'group:ID or an address (default: the file’s, or --key’s)'),
      ...offerOptions(),
      new Option('-o, --out <plan>', 'keep the plan, for "covenant propose PLAN" or "apply PLAN"'),
      new Option('--exit-code', 'end with 3 where there is something to do').default(false),
      member(),
      key(),
      chain(),
    ],
  }).action((file, options) =>
    report(import('../commands/deployment/plan.ts').then(({ plan }) => plan({ file, ...options }))),
  )
  verb(program, 'apply <plan>', {
    summary: 'Carry out a plan of your own account, if nothing has moved since',
    example: 'covenant apply plan.json --key //Alice',
    options: [yes(), noInput(), ...wait(), ...signing(), chain()],
  }).action((plan, options) =>
    report(
      import('../commands/deployment/apply.ts').then(({ apply }) =>
        apply({ plan, ...options }, context),
      ),
    ),
  )
  verb(program, 'update <file>', {
    summary: 'Change what runs to what a file says, or propose that to the group that owns it',
    example: 'covenant update shop.yaml --node 1 --key //Alice',
    options: [
      new Option('--owner <account>', 'group:ID or an address (default: the file’s, or --key’s)'),
      ...offerOptions(),
      ...[yes(), noInput(), ...wait(), ...signing(), chain()],
    ],
  }).action((file, options) =>
    report(
      import('../commands/deployment/update.ts').then(({ update }) =>
        update({ file, ...options }, context),
      ),
    ),
  )
}
