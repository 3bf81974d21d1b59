import { relative } from 'node:path'
import { styleText } from 'node:util'
import { DEMO } from '@covenant/service/installed'
import type { SandboxProbe } from '@covenant/service/sandbox-probe'
import type { Facts, SupervisorEvent } from './supervised.ts'

export type Running = {
  dataFolder: string
  databaseUrl: string
  urls: { chain: string; api: string; images: string }
  agent: Facts
  sandbox: SandboxProbe
}

export type Reporter = {
  say: (sentence: string) => void
  event: (event: SupervisorEvent) => void
  running: (facts: Running) => void
  stopped: () => void
}

/** Tells a person, or with `json` a program (one JSON object a line), what the supervisor does. */
export function createReporter({ json }: { json: boolean }): Reporter {
  return json ? jsonReporter() : textReporter()
}

function jsonReporter(): Reporter {
  const print = (value: Record<string, unknown>) => {
    process.stdout.write(`${JSON.stringify(value)}\n`)
  }
  return {
    say: (message) => print({ type: 'message', message }),
    event: print,
    running: (facts) =>
      print({ type: 'running', ...facts, databaseUrl: withoutPassword(facts.databaseUrl) }),
    stopped: () => print({ type: 'stopped' }),
  }
}

function textReporter(): Reporter {
  const print = (line: string) => process.stdout.write(`${line}\n`)
  const bold = (text: string) => styleText('bold', text)
  return {
    say: (sentence) => print(`covenant: ${sentence}`),
    event: (event) => {
      if (event.type === 'ended') {
        const inSeconds = event.restartInMs / 1000
        print(`covenant: ${event.name} ${event.how}; starting it again in ${inSeconds} s`)
        print(`          its log: ${shown(event.logFile)}`)
      } else if (event.type === 'killed') {
        print(`covenant: ${event.name} did not stop in ${event.afterMs / 1000} s and was killed`)
      } else {
        print(`covenant: ${event.name} is ready`)
      }
    },
    running: ({ dataFolder, databaseUrl, urls, agent, sandbox }) => {
      print('')
      print(bold('Covenant is running.') + ' Ctrl-C stops it.')
      print('')
      print(`  chain      ${urls.chain}`)
      print(`  API        ${urls.api}/graphql`)
      print(`  images     ${urls.images}/v2/`)
      print(`  database   ${withoutPassword(databaseUrl)}`)
      print(`  node       ${String(agent['node'])}, agent ${String(agent['agent'])}`)
      print(`  data       ${shown(dataFolder)}`)
      if (!sandbox.works) {
        print('')
        print(styleText('yellow', `The node declines all work: ${sandbox.message}.`))
        print(`What helps: ${bold(sandbox.remedy)}`)
      }
      print('')
      print(`Next, in a second terminal: ${bold(DEMO)}`)
    },
    stopped: () => print('covenant: stopped'),
  }
}

/** A path as a person would type it here. */
function shown(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}

function withoutPassword(url: string): string {
  return url.replace(/(:\/\/[^:@/]*):[^@]*@/, '$1:…@')
}
