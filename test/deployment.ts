import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bodyHash, bodyResources, completeBody, encodeBody } from '@covenant/schema'
import { signerFromUri, type Chain } from '@covenant/chain-client'
import type { Stack } from './stack.ts'

const COV = 10n ** 18n
const owner = signerFromUri('//Alice')
let deployments = 0

export type Deployed = {
  contract: number
  /** A word in the command line of its program and of no other's. */
  mark: string
}

/**
 * Puts a contract of Alice's own on the stack's node: a program that prints `hello from MARK` and
 * then sleeps. `allow` lets the node accept it; `on` is another node, whose agent has this folder.
 */
export async function deploy(
  stack: Stack,
  chain: Chain,
  { allow = true, on }: { allow?: boolean; on?: { node: number; data: string } } = {},
): Promise<Deployed> {
  const ofNode = on === undefined ? [] : ['--data', on.data]
  if (allow) await stack.json('node', 'allow', owner.address, ...ofNode)
  const { reference } = await stack.json<{ reference: string }>(
    ...['image', 'pack', '--name', 'sleeper', '--out', join(stack.dataFolder, 'images')],
    ...['/bin/sh', '/bin/sleep'],
  )
  deployments += 1
  const mark = `covenant-mark-${process.pid}-${deployments}`
  const script = `echo hello from ${mark}; while sleep 1; do :; done`
  const body = completeBody({
    apiVersion: 'covenant/v1',
    name: 'sleeper',
    services: {
      main: {
        image: reference,
        command: ['/bin/sh', '-c', script],
        resources: { cpu: 100, memory: 64, storage: 16 },
      },
    },
  })
  const bytes = encodeBody(body)
  const { calls } = chain
  const create = calls.contracts.create({
    node: on?.node ?? stack.agent.node,
    body: bodyHash(bytes),
    resources: bodyResources(body),
    maxRate: COV,
    escrow: COV,
    deadline: (await chain.clock.now()) + 3_600,
  })
  const outcome = await chain.submit(
    calls.utility.batchAll({ calls: [calls.contracts.noteBody({ bytes }), create] }),
    owner,
  )
  assert.ok(outcome.ok, outcome.error?.name)
  const created = outcome.events.find((event) => event.type === 'contracts.Created')
  assert.ok(created)
  return { contract: created.data.contract, mark }
}

/** The ids of the host's processes whose command line holds `mark`, sandbox wrappers left out. */
export function processesOf(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const words = commandLine(pid)
      return words[0] === '/bin/sh' && words.some((word) => word.includes(mark))
    })
    .map(Number)
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}
