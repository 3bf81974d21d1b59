/** Commands against a real chain with one node, for tests: a world that each file begins anew. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Call, type Chain, connect, signerFromUri } from '@covenant/chain-client'
import { startEmbeddedChain } from '@covenant/chain-client/embedded/start'
import { accountOf, connectApi } from '@covenant/chain-client/embedded/testing'
import { createLog } from '@covenant/service'
import { z } from 'zod'
import { answerOf } from './answers.ts'
import type { Context } from './context.ts'
import { runCommand } from './run-command.ts'

export const AGENT = '//Ferdie//agent'
export const COV = 10n ** 18n

export type World = {
  /** For the test's own files. */
  folder: string
  /** A deployment file whose image is pinned. */
  hello: string
  chain: Chain
  /** Anything but success is an error. */
  submit: (uri: string, call: Call) => Promise<void>
  /** One more node, which its operator's `//agent` serves; its id has to be the next. */
  addNode: (
    operator: string,
    options: { node: number; region?: string; cpuPrice?: bigint },
  ) => Promise<void>
  /** What an agent says to what its node was offered. */
  answerOffer: (agent: string, contract: number, how: 'accept' | 'decline') => Promise<void>
  /** What a wallet would give for this call: the signed transaction, not sent. */
  signElsewhere: (uri: string, call: Call) => Promise<string>
  /** Moves the chain's clock. */
  travel: (seconds: number) => Promise<void>
  end: () => Promise<void>
}

/** A chain where //Ferdie operates node 1 and nothing else has happened; commands find it. */
export async function beginWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'covenant-commands-'))
  const embedded = await startEmbeddedChain({
    dir: join(folder, 'chain'),
    port: 0,
    dev: true,
    log: createLog('covenant-chain', () => {}),
  })
  process.env['COVENANT_CHAIN'] = embedded.url
  const chain = await connect({ endpoint: embedded.url })
  const submit = async (uri: string, call: Call) => {
    const outcome = await chain.submit(call, signerFromUri(uri))
    assert.ok(outcome.ok, JSON.stringify(outcome.error))
  }
  const addNode: World['addNode'] = async (operator, { node, region = 'eu', cpuPrice = 1000n }) => {
    await submit(
      operator,
      chain.calls.nodes.register({
        agent: signerFromUri(`${operator}//agent`).address,
        sealingKey: `0x${'11'.repeat(32)}`,
        resources: { cpu: 2000, memory: 2048, storage: 8192, gpus: 0, publicIpv4: 0 },
        prices: { cpu: cpuPrice, memory: 1000n, storage: 10n, gpu: 0n, publicIpv4: 0n },
        region,
        attributes: [],
        endpoint: '',
      }),
    )
    await submit(`${operator}//agent`, chain.calls.nodes.serve({ node }))
  }
  await addNode('//Ferdie', { node: 1 })
  const example = readFileSync(join(import.meta.dirname, '../../examples/hello.yaml'), 'utf8')
  const hello = join(folder, 'hello.yaml')
  writeFileSync(hello, example.replace(/(image: \S+)/, `$1@sha256:${'a'.repeat(64)}`))

  const dev = async (method: string, ...params: unknown[]) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const response = await fetch(embedded.url.replace('ws', 'http'), { method: 'POST', body })
    assert.equal(((await response.json()) as { error?: unknown }).error, undefined)
  }
  return {
    folder,
    hello,
    chain,
    submit,
    addNode,
    answerOffer: async (agent, contract, how) => {
      const { version, body } = (await chain.contracts.get(contract))!.pending!.spec
      const { accept, decline } = chain.calls.contracts
      const networkKey = `0x${'22'.repeat(32)}` as const
      await submit(
        agent,
        how === 'accept'
          ? accept({ contract, version, body, networkKey })
          : decline({ contract, version, reason: 'Image' }),
      )
    },
    signElsewhere: async (uri, call) => {
      const undo: (() => unknown)[] = []
      const api = await connectApi({ after: (step) => void undo.push(step) }, embedded.url)
      const method = api.registry.createType('Call', call.hex)
      const signed = await api.tx(method).signAsync(accountOf(uri), { nonce: -1 })
      for (const step of undo) await step()
      return signed.toHex()
    },
    travel: async (seconds) => {
      // A block counts for a minute at most.
      for (let left = seconds; left > 0; left -= 60) {
        await dev('dev_timeTravel', Math.min(left, 60) * 1000)
        await dev('dev_newBlock', 1)
      }
    },
    end: async () => {
      await chain.close()
      await embedded.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export async function run(...words: string[]) {
  let out = ''
  let err = ''
  const code = await runCommand(words, {
    out: (text) => (out += text),
    err: (text) => (err += text),
  })
  return { code, out, err }
}

/**
 * The JSON of a command that succeeds: alone on stdout, and of the shape that answers.ts has for it.
 */
export async function answer(...words: string[]) {
  const { code, out, err } = await run(...words, '--json')
  assert.equal(code, 0, err)
  const found = JSON.parse(out)
  const { error } = answerOf(words).safeParse(found)
  assert.equal(error, undefined, `${words.join(' ')}: ${error && z.prettifyError(error)}`)
  return found
}

/** Group 1: Alice with 50, Bob with 30 and Charlie with 20, of whom 51 decide; with so much money. */
export function createShop(fund: string) {
  const members = ['--member', '//Alice:50', '--member', '//Bob:30', '--member', '//Charlie:20']
  const create = ['group', 'create', 'shop', ...members, '--deploy-threshold', '51']
  return answer(...create, '--fund', fund, '--key', '//Alice')
}

export async function refused(code: number, message: RegExp, ...words: string[]): Promise<void> {
  const result = await run(...words)
  assert.match(result.err, message)
  assert.deepEqual([result.code, result.out], [code, ''])
  assert.doesNotMatch(result.err, /\n\s+at /)
}

/** A person at a terminal who says yes, after `meanwhile` has happened. */
export function personWho(meanwhile: () => Promise<unknown>): Context {
  return {
    json: false,
    say: () => {},
    progress: () => {},
    waiting: () => () => {},
    emit: () => {},
    password: () => Promise.reject(new Error('no password was to be asked for')),
    confirm: async () => {
      await meanwhile()
      return true
    },
  }
}
