import type { Command } from 'commander'

/** The whole command table as fish's `complete`, a line for each word that may follow. */
export function fishScript(program: Command): string {
  return `# covenant, completed in fish: covenant completion fish | source
function __covenant_at
  # Whether the words before the one that is typed begin with these, and no command follows them.
  set -l words (commandline -opc)[2..-1]
  set -l path $argv
  set -l name (string join _ __covenant_at $path | string replace -a - _)
  set -l deeper $$name
  test (count $words) -ge (count $path); or return 1
  for i in (seq (count $path))
    test "$words[$i]" = "$path[$i]"; or return 1
  end
  set -l next $words[(math (count $path) + 1)]
  not contains -- "$next" $deeper
end
${linesOf(program).join('\n')}
`
}

function linesOf(command: Command, path: string[] = []): string[] {
  const children = command.commands.map((child) => child.name())
  const name = ['__covenant_at', ...path].join('_').replaceAll('-', '_')
  const at = `complete -c covenant -n '${['__covenant_at', ...path].join(' ')}'`
  return [
    `set -g ${name} ${children.join(' ')}`.trimEnd(),
    ...command.commands.map(
      (child) => `${at} -f -a ${child.name()} -d ${quoted(child.description())}`,
    ),
    ...command.options.map(({ long, short, description, argChoices, required, optional }) => {
      const names = [
        ...(long ? [`-l ${long.slice(2)}`] : []),
        ...(short ? [`-s ${short.slice(1)}`] : []),
      ]
      const words = argChoices === undefined ? '' : ` -f -a ${quoted(argChoices.join(' '))}`
      const takes = required || optional ? ' -r' : ''
      return `${at} ${names.join(' ')}${takes}${words} -d ${quoted(description)}`
    }),
    `${at} -l help -d 'how it is used'`,
    ...command.commands.flatMap((child) => linesOf(child, [...path, child.name()])),
  ]
}

/** As fish reads it: only a quote and a backslash mean something in single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
