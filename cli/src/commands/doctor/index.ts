import { styleText } from 'node:util'
import type { Report } from '../../context.ts'
import { EXIT } from '../../exit-codes.ts'
import { indent } from '../../output.ts'
import { checkAgent } from './agent.ts'
import type { Check } from './check.ts'
import { checkNodeVersion, checkPostgres, checkSandbox } from './host.ts'
import { checkApi, checkChain, checkImages, checkIndexer } from './parts.ts'

export type DoctorOptions = { data: string; chain: string; api: string; imagesPort: number }

/** Checks this machine and the parts that run, all of it, and fails if any of it is wrong. */
export async function doctor({ data, chain, api, imagesPort }: DoctorOptions): Promise<Report> {
  const others = await Promise.all([
    checkSandbox(),
    checkPostgres(),
    checkChain(chain),
    checkApi(api),
    checkIndexer(chain, api),
    checkImages(imagesPort),
    checkAgent(data),
  ])
  const checks = [checkNodeVersion(), ...others]
  const failed = checks.filter(({ ok }) => !ok)
  const summary =
    failed.length === 0 ? 'All is well.' : `${failed.length} of ${checks.length} need help.`
  return {
    data: { ok: failed.length === 0, checks },
    text: [...checks.map(showCheck), '', summary].join('\n'),
    exitCode: failed.length === 0 ? EXIT.ok : EXIT.failure,
  }
}

function showCheck(check: Check): string {
  const mark = check.ok ? styleText('green', 'ok  ') : styleText('red', 'fail')
  const line = `${mark}  ${check.name.padEnd(8)}  ${check.detail}`
  return check.ok ? line : `${line}\n${indent(check.help, ' '.repeat(16))}`
}
