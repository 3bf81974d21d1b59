import { z } from 'zod'
import { fields } from '../../output.ts'
import { runtimeOfRelease } from '../../runtime-of-release.ts'
import { type CallLike, type Effect, readArgs, type Scene } from '../effect.ts'

const args = z.object({ codeHash: z.string() })

/** `system.authorizeUpgrade`, of group 0: code with this hash may become the chain's runtime. */
export async function describeAuthorizeUpgrade(call: CallLike, scene: Scene): Promise<Effect> {
  const { codeHash } = readArgs(args, call)
  const { chain, at, owner } = scene
  const [now, authorized, group] = await Promise.all([
    chain.runtimeVersion(at),
    chain.system.authorizedUpgrade(at),
    chain.groups.byAccount(owner, at),
  ])
  const known = await runtimeOfRelease()
  const isOurs = known?.hash === codeHash
  const version = `${known?.specName} ${known?.specVersion}`
  return {
    call: 'system.authorizeUpgrade',
    sentence: `ALLOWS ANOTHER RUNTIME: code with the hash ${codeHash} may replace every rule of this chain`,
    sections: [
      {
        title: 'The runtime',
        text: fields([
          ['now', `${now.specName} ${now.specVersion}`],
          ['code hash', codeHash],
          [
            'this is',
            isOurs
              ? `${version}, the runtime of this release`
              : 'not the runtime of this release: build it from its sources, and compare the hash',
          ],
          ['authorised now', authorized ?? 'none'],
        ]),
      },
    ],
    facts: { codeHash, isOfThisRelease: isOurs, specVersion: now.specVersion, authorized },
    problems: [
      group === 0 ? undefined : 'only group 0, which administers the chain, can do this',
      isOurs && known?.specVersion === now.specVersion
        ? `the chain runs ${version} already, and refuses code of the same version`
        : undefined,
    ].filter((problem) => problem !== undefined),
    next: [
      ...(authorized === null ? [] : [`the code ${authorized} can no longer be applied`]),
      'the chain holds the hash alone; anybody who has the code may apply it: covenant chain apply-upgrade FILE',
      'from the block after that, the chain follows the new rules: balances, contracts and groups are what they say',
    ],
    bodies: [],
    basis: [now.specVersion, authorized, group],
  }
}
