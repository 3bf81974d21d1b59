/** Many small contracts of one owner on one node, made and closed in few transactions. */
import assert from 'node:assert/strict'
import { type Call, type Chain, signerFromUri } from '@covenant/chain-client'
import { type Body, bodyHash, bodyResources, completeBody, encodeBody } from '@covenant/schema'

const COV = 10n ** 18n
/** Of a transaction: what it carries, with a body each, stays well below what one may weigh. */
const BATCH = 50

export const owner = signerFromUri('//Alice')

/** A program that says so when it runs, and then waits. Each body is another. */
function bodyOf(image: string, number: number): Body {
  return completeBody({
    apiVersion: 'covenant/v1',
    name: `small-${number}`,
    services: {
      main: {
        image,
        command: ['/bin/sh', '-c', `echo up ${number}; exec /bin/sleep 1000000`],
        resources: { cpu: 1, memory: 16, storage: 8 },
      },
    },
  })
}

let made = 0

/** Offers `count` contracts to the node; their ids, once all are final. */
export async function offer(
  chain: Chain,
  { node, image, count }: { node: number; image: string; count: number },
): Promise<number[]> {
  const { contracts } = chain.calls
  const deadline = (await chain.clock.now()) + 86_400
  const pairs = Array.from({ length: count }, () => {
    const body = bodyOf(image, made++)
    const bytes = encodeBody(body)
    const terms = { maxRate: COV, escrow: COV, deadline, resources: bodyResources(body) }
    return [
      contracts.noteBody({ bytes }),
      contracts.create({ node, body: bodyHash(bytes), ...terms }),
    ]
  })
  const events = await submitBatches(chain, pairs)
  return events.flatMap((event) =>
    event.type === 'contracts.Created' ? [event.data.contract] : [],
  )
}

/** Cancels them; resolves once all are closed in final blocks. */
export async function cancel(chain: Chain, ids: readonly number[]): Promise<void> {
  await submitBatches(
    chain,
    ids.map((contract) => [chain.calls.contracts.cancel({ contract })]),
  )
}

async function submitBatches(chain: Chain, parts: readonly Call[][]) {
  const batches = Array.from({ length: Math.ceil(parts.length / BATCH) }, (_, index) =>
    parts.slice(index * BATCH, (index + 1) * BATCH).flat(),
  )
  const outcomes = await Promise.all(
    batches.map((calls) => chain.submit(chain.calls.utility.batchAll({ calls }), owner)),
  )
  for (const outcome of outcomes) assert.ok(outcome.ok, outcome.error?.name)
  return outcomes.flatMap(({ events }) => events)
}
