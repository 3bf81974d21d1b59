/** The part of the command table that is about deployment files. */
import { type Command, Option } from 'commander'
import { verb } from '../verb.ts'
import type { Table } from './table.ts'

export function addDeploymentCommands(program: Command, { report }: Table): void {
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
}
