import { styleText } from 'node:util'
import type { Report } from '../../context.ts'
import { EXIT } from '../../exit-codes.ts'
import { indent } from '../../output.ts'
import { checkAgent } from './agent.ts'
import type { Check } from './check.ts'
import { checkChain } from './chain.ts'
import { checkDisk, checkNodeVersion, checkPostgres, checkSandbox } from './host.ts'
import { checkApi, checkImages, checkIndexer } from './parts.ts'

export type DoctorOptions = {
  data: string
  chain: string
  api: string
  imagesPort: number
  /** Whose account and money are looked at. */
  key?: string
}

/** Checks this machine and the parts that run, all of it, and fails if any of it is wrong. */
export async function doctor({
  data,
  chain,
  api,
  imagesPort,
  key,
}: DoctorOptions): Promise<Report> {
  const others = await Promise.all([
    checkSandbox(),
    checkPostgres(),
    checkDisk(data),
    checkChain(chain, key),
    checkApi(api),
    checkIndexer(chain, api),
    checkImages(imagesPort),
    checkAgent(data),
  ])
  const checks = [checkNodeVersion(), ...others.flat()]
  const failed = checks.filter(({ ok }) => !ok)
  const warned = checks.filter((check) => stateOf(check) === 'warn').length
  const summary =
    failed.length === 0
      ? `All is well${warned === 0 ? '' : `, but ${warned} could be better`}.`
      : `${failed.length} of ${checks.length} need help.`
  return {
    data: {
      ok: failed.length === 0,
      checks: checks.map((check) => ({ ...check, state: stateOf(check) })),
    },
    text: [...checks.map(showCheck), '', summary].join('\n'),
    exitCode: failed.length === 0 ? EXIT.ok : EXIT.failure,
  }
}

function stateOf({ ok, help }: Check): 'ok' | 'warn' | 'fail' {
  if (!ok) return 'fail'
  return help === undefined ? 'ok' : 'warn'
}

const COLOURS = { ok: 'green', warn: 'yellow', fail: 'red' } as const

export function showCheck(check: Check): string {
  const state = stateOf(check)
  const line = `${styleText(COLOURS[state], state.padEnd(4))}  ${check.name.padEnd(8)}  ${check.detail}`
  return check.help === undefined ? line : `${line}\n${indent(check.help, ' '.repeat(16))}`
}
