/** The part of the command table that is about keys of this machine. */
import { type Command, Option } from 'commander'
import { noInput, noun, verb } from '../verb.ts'
import type { Table } from './table.ts'

export function addKeyCommands(program: Command, { context, report }: Table): void {
  const keys = noun(program, 'keys', 'Keys: encrypted files in your own folder, used as --key NAME')
  const passwordFile = () =>
    new Option('--password-file <file>', 'the file of the password that encrypts it')
  const load = () => import('../commands/keys/index.ts')

  verb(keys, 'new <name>', {
    summary: 'Make a new key, encrypted with a password',
    example: 'covenant keys new alice',
    options: [passwordFile(), noInput()],
  }).action((name) => report(load().then(({ newKey }) => newKey({ name }, context))))
  verb(keys, 'import <name> [file]', {
    summary: "Take over a key: a wallet's encrypted file, or the file of a phrase or seed",
    example: 'covenant keys import alice wallet-export.json',
    options: [passwordFile(), noInput()],
  }).action((name, file) =>
    report(load().then(({ importKey }) => importKey({ name, file }, context))),
  )
  verb(keys, 'list', {
    summary: 'List your keys with their addresses',
    example: 'covenant keys list',
    options: [],
  }).action(() => report(load().then(({ showKeys }) => showKeys())))
  verb(keys, 'show <name>', {
    summary: 'Show a key’s address and public key; never its secret',
    example: 'covenant keys show alice',
    options: [],
  }).action((name) => report(load().then(({ showKey }) => showKey({ name }))))
}
