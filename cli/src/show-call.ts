/** What a call would do, in words, from the chain's own data: for whoever is asked to sign it. */
import { bytesOf, type Call, type Chain } from '@covenant/chain-client'
import { type Body, bodyHash, parseBody } from '@covenant/schema'
import { formatAmount } from '@covenant/schema/amount'
import { formatCpu, formatSize } from '@covenant/schema/quantity'
import { z } from 'zod'
import { CliError } from './errors.ts'
import { fields, formatDistance, formatRate, formatTime, indent, paragraphs } from './output.ts'

const id = z.coerce.number()
const units = z.coerce.bigint()
const createArgs = z.object({
  node: id,
  body: z.string(),
  resources: z.object({ cpu: id, memory: id, storage: id, gpus: id, publicIpv4: id }),
  maxRate: units,
  escrow: units,
  deadline: id,
})
const cancelArgs = z.object({ contract: id })
const transferArgs = z.object({ to: z.string(), amount: units })
const batchArgs = z.object({
  calls: z.array(z.object({ pallet: z.string(), name: z.string(), args: z.json() })),
})

type CallLike = Pick<Call, 'pallet' | 'name' | 'args'>
type At = { at: string; now: number }

/**
 * @throws CliError when the body that the chain gave has another hash than the call names, or the
 * call's arguments are not those that this command knows: nobody should sign what it cannot show
 */
export async function showCall(chain: Chain, call: CallLike, block: At): Promise<string> {
  const name = `${call.pallet}.${call.name}`
  switch (name) {
    case 'contracts.create':
      return showCreate(chain, readArgs(createArgs, call), block)
    case 'contracts.cancel':
      return `cancel contract ${readArgs(cancelArgs, call).contract}`
    case 'balances.transferKeepAlive': {
      const { to, amount } = readArgs(transferArgs, call)
      return `transfer ${formatAmount(amount)} to ${to}`
    }
    case 'utility.batchAll': {
      const { calls } = readArgs(batchArgs, call)
      const parts = await Promise.all(calls.map((part) => showCall(chain, part, block)))
      return paragraphs('all of these, or none:', ...parts.map((part) => indent(part)))
    }
    default:
      return `${name} ${JSON.stringify(call.args, undefined, 2)}`
  }
}

function readArgs<T>(shape: z.ZodType<T>, { pallet, name, args }: CallLike): T {
  const read = shape.safeParse(args)
  if (read.success) return read.data
  throw new CliError(
    `This command does not know ${pallet}.${name} as this chain has it; use the release that belongs to the chain`,
  )
}

async function showCreate(chain: Chain, args: z.infer<typeof createArgs>, { at, now }: At) {
  const { node, resources, maxRate, escrow, deadline } = args
  const body = await readBody(chain, args.body, at)
  return paragraphs(
    body === undefined ? 'create a contract' : `deploy "${body.name}"`,
    fields([
      ['node', node],
      ['reserves', showResources(resources)],
      ['costs', `at most ${formatRate(maxRate)}`],
      ['escrow', formatAmount(escrow)],
      ['answer by', `${formatTime(deadline)} (${formatDistance(deadline, now)})`],
      ['body', body === undefined ? `${args.body} (not on the chain!)` : `${args.body} (checked)`],
    ]),
    body && showServices(body),
  )
}

/** The body of this hash, checked; undefined where the chain does not have it. */
export async function readBody(chain: Chain, hash: string, at: string): Promise<Body | undefined> {
  const body = await chain.contracts.body(hash, at)
  if (body === null) return undefined
  const bytes = bytesOf(body.bytes)
  const computed = bodyHash(bytes)
  if (computed !== hash) {
    throw new CliError(
      `The chain at ${chain.endpoint} gave a body with the hash ${computed} for ${hash}: sign nothing that this endpoint shows`,
    )
  }
  return parseBody(bytes)
}

export function showServices({ services }: Body): string {
  return Object.entries(services)
    .map(([name, { image, command, env, resources, restart }]) => {
      const variables = Object.entries(env).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
      const details = fields([
        ['image', image],
        ['command', JSON.stringify(command)],
        ['env', variables.length === 0 ? undefined : variables.join(' ')],
        ['reserves', showResources(resources)],
        ['restart', restart],
      ])
      return `service ${name}\n${indent(details)}`
    })
    .join('\n')
}

export function showResources({
  cpu,
  memory,
  storage,
}: {
  cpu: number
  memory: number
  storage: number
}): string {
  return `cpu ${formatCpu(cpu)}, memory ${formatSize(memory)}, disk ${formatSize(storage)}`
}
