import type { Command } from 'commander'
import type { Shell } from '../../arguments.ts'
import type { Report } from '../../context.ts'
import { fishScript } from './fish.ts'

/**
 * A script for the shell that completes commands, flags and the words that flags take. It holds the
 * whole command table, so that completing starts no process.
 */
export function completion(program: Command, shell: Shell): Report {
  const script = shell === 'fish' ? fishScript(program) : scriptOf(program, shell)
  return { data: { shell, script }, text: script.trimEnd(), verbatim: true }
}

function scriptOf(program: Command, shell: 'bash' | 'zsh'): string {
  const cases = placesOf(program).map(([path, words]) => `    '${path}') words='${words}' ;;`)
  const zsh = shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''
  return `# covenant, completed in ${shell}: eval "$(covenant completion ${shell})"
${zsh}_covenant() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local path='' word words='' i
  for ((i = 1; i < COMP_CWORD && i <= 2; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$path $word" in
${pathCases(program)}
      *) break ;;
    esac
  done
  case "$path \${previous}" in
${choiceCases(program)}
  esac
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _covenant covenant
`
}

/** What may follow each command, by its path: ` contract show`, the empty one for the first word. */
function placesOf(command: Command, path = ''): [path: string, words: string][] {
  const names = command.commands.map((child) => child.name())
  const flags = command.options.flatMap(({ long }) =>
    long === null || long === undefined ? [] : [long],
  )
  const words = [...names, ...flags, '--help'].join(' ')
  return [
    [path, words],
    ...command.commands.flatMap((child) => placesOf(child, `${path} ${child.name()}`)),
  ]
}

function pathCases(program: Command): string {
  return placesOf(program)
    .slice(1)
    .map(([path]) => `      '${path}') path='${path}' ;;`)
    .join('\n')
}

/** The words that a flag takes where these are few. */
function choiceCases(command: Command, path = ''): string {
  const own = command.options.flatMap(({ long, argChoices }) =>
    argChoices === undefined
      ? []
      : [
          `    '${path} ${long}') COMPREPLY=($(compgen -W '${argChoices.join(' ')}' -- "$current")); return ;;`,
        ],
  )
  const below = command.commands.map((child) => choiceCases(child, `${path} ${child.name()}`))
  return [...own, ...below].filter((lines) => lines !== '').join('\n')
}
