import type { ProposalAddress } from '../../arguments.ts'
import { addressNamed } from '../../accounts.ts'
import { withChain } from '../../chain.ts'
import type { Report } from '../../context.ts'
import { EXIT } from '../../exit-codes.ts'
import { addressOfKey } from '../../keys.ts'
import { paragraphs } from '../../output.ts'
import { readReview } from '../../review/read.ts'
import { reviewData, showReview } from '../../review/show.ts'
import { verifyFile } from '../../review/verify.ts'

export type ReviewOptions = {
  address: ProposalAddress
  /** For whom the vote is shown. */
  member?: string
  /** A deployment file to compare with. */
  verify?: string
  key?: string
  chain: string
}

/** All that an approver needs, at one block; what can no longer be voted on ends with code 4. */
export async function review(options: ReviewOptions): Promise<Report> {
  const { address, member, key, verify, chain: endpoint } = options
  return withChain(endpoint, async (chain) => {
    const viewer = member === undefined ? addressOfKey(key) : addressNamed(member)
    const found = await readReview(chain, address, viewer)
    const verified =
      verify === undefined ? undefined : await verifyFile(verify, found.effect.bodies)
    const exitCode = found.stale.length > 0 ? EXIT.rejected : (verified?.exitCode ?? EXIT.ok)
    return {
      data: { ...reviewData(found), verified: verified?.data ?? null },
      text: paragraphs(showReview(found), verified?.text),
      exitCode,
    }
  })
}
