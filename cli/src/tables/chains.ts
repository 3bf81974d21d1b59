/** The part of the command table that is about chains of one's own. */
import { type Command, Option } from 'commander'
import { chain, duration, noInput, noun, proposing, signing, verb, yes } from '../verb.ts'
import type { Table } from './table.ts'

export function addChainCommands(program: Command, { context, report }: Table): void {
  const load = () => import('../commands/chain/administer.ts')
  const ownChain = noun(program, 'chain', 'Chains of your own, run by validators')
  verb(ownChain, 'spec', {
    summary: 'Write the raw chain spec that the nodes of a new chain begin with',
    example:
      'covenant chain spec --out chain.json --name "Our chain" \\\n' +
      '      --validator ACCOUNT:AURA:GRANDPA --endow "ACCOUNT:1000 COV"',
    options: [
      new Option('--out <file>', 'where to write it').makeOptionMandatory(),
      new Option('--type <type>', 'development and local have the well known keys')
        .choices(['development', 'local', 'live'])
        .default('live'),
      new Option('--name <name>', 'what the chain is called'),
      duration('--slot <time>', 'from one block to the next', '6s'),
      new Option(
        '--validator <keys...>',
        'ACCOUNT:AURA:GRANDPA, or //Name for development; for each validator',
      ),
      new Option('--endow <account:amount...>', 'who has money at the beginning, and how much'),
      new Option(
        '--sudo <account>',
        'who may do everything; not on a live chain (default: nobody)',
      ),
      new Option('--bootnode <address...>', 'nodes that new ones find the others by'),
      new Option('--patch <file>', 'a JSON merge patch of the genesis, for what has no option'),
    ],
  }).action((options) =>
    report(import('../commands/chain/spec.ts').then(({ writeSpec }) => writeSpec(options))),
  )
  verb(ownChain, 'authorize-upgrade <wasm>', {
    summary: 'Propose to group 0, which administers the chain, that this code may be its runtime',
    example: 'covenant chain authorize-upgrade runtime.wasm --key //Alice',
    options: proposing(),
  }).action((wasm, options) =>
    report(load().then(({ authorizeUpgrade }) => authorizeUpgrade({ wasm, ...options }, context))),
  )
  verb(ownChain, 'apply-upgrade <wasm>', {
    summary: 'Make this code the runtime, once group 0 has authorised it; anyone may',
    example: 'covenant chain apply-upgrade runtime.wasm --key //Bob',
    options: [yes(), noInput(), ...signing(), chain()],
  }).action((wasm, options) =>
    report(load().then(({ applyUpgrade }) => applyUpgrade({ wasm, ...options }, context))),
  )
  verb(ownChain, 'set-validators <accounts...>', {
    summary: 'Propose to group 0 who makes blocks, from the session after the next on',
    example: 'covenant chain set-validators //Alice //Bob --key //Alice',
    options: proposing(),
  }).action((accounts, options) =>
    report(load().then(({ setValidators }) => setValidators({ accounts, ...options }, context))),
  )
}
