import type { Command, Option } from 'commander'
import type { Context } from '@covenant/cli/context'
import { cell, code, page, section, table } from './markdown.ts'

/** What a command takes from the environment it says only where that is set: each has its usual value. */
const ENVIRONMENT = {
  COVENANT_CHAIN: 'ws://127.0.0.1:9944',
  COVENANT_API: 'http://127.0.0.1:4000',
  COVENANT_DATA: '.covenant',
  COVENANT_KEY: 'NAME',
  COVENANT_CHAIN_PORT: '9944',
  COVENANT_API_PORT: '4000',
  COVENANT_IMAGES_PORT: '4001',
}

/** The page of all commands, from the table that runs them. */
export async function cliReference(): Promise<string> {
  Object.assign(process.env, ENVIRONMENT)
  const { createProgram } = await import('@covenant/cli/commands')
  const unused = () => {
    throw new Error('nothing is run to describe it')
  }
  const context = new Proxy({}, { get: () => unused }) as Context
  const program = createProgram({ context, print: unused, output: {} })
  const commands = verbsOf(program).map(({ words, command }) =>
    section(
      2,
      `covenant ${words}`,
      `${command.description()}.`,
      `\`\`\`text\ncovenant ${usage(words, command)}\n\`\`\``,
      table(
        ['option', '', 'usual value', 'variable'],
        command.options.filter(({ long }) => long !== '--json').map(optionRow),
      ),
    ),
  )
  const intro =
    'Each command has `--json` beside these, and `--help` with an example. How they belong together is on [the page of the command line](../cli.md).'
  return page('Reference: commands', '`cli/src/commands.ts` and `cli/src/tables/`', [
    intro,
    ...commands,
  ])
}

type Verb = { words: string; command: Command }

function verbsOf(parent: Command, before: string[] = []): Verb[] {
  return parent.commands.flatMap((command) => {
    const words = [...before, command.name()]
    if (command.commands.length > 0) return verbsOf(command, words)
    return [{ words: words.join(' '), command }]
  })
}

function usage(words: string, command: Command): string {
  const parts = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name()
    return argument.required ? `<${name}>` : `[${name}]`
  })
  const needed = command.options.filter(({ mandatory }) => mandatory).map(({ flags }) => flags)
  return [words, ...parts, ...needed, '[options]'].join(' ')
}

function optionRow(option: Option): string[] {
  const { flags, description, mandatory, argChoices, envVar } = option
  const choices = argChoices === undefined ? '' : ` (${argChoices.join(', ')})`
  const needed = mandatory ? ' Needed.' : ''
  return [
    code(cell(flags)),
    cell(`${description}${choices}.${needed}`),
    usual(option),
    envVar === undefined ? '' : code(envVar),
  ]
}

function usual({ defaultValue, defaultValueDescription }: Option): string {
  const value: unknown = defaultValueDescription ?? defaultValue
  if (value === undefined || value === false) return ''
  return code(typeof value === 'string' ? value : JSON.stringify(value))
}
