import type { Contract } from '@covenant/chain-client'
import type { Body } from '@covenant/schema'
import { readBody } from '../bodies.ts'
import type { Scene } from './effect.ts'

/** An open contract of an owner, and the newest body that it was offered with. */
export type Owned = { contract: Contract; name: string | null; images: string[]; body: Body | null }

/** What an owner has on the chain at this block. */
export async function readOwned({ chain, at, owner }: Omit<Scene, 'now'>): Promise<Owned[]> {
  const contracts = await chain.contracts.ofOwner(owner, at)
  return Promise.all(
    contracts.map(async (contract) => {
      const spec = contract.pending?.spec ?? contract.running
      const found = spec && (await readBody(chain, spec.body, at))
      const body = found?.body ?? null
      const images = Object.values(body?.services ?? {}).map(({ image }) => image)
      return { contract, name: body?.name ?? null, images, body }
    }),
  )
}
