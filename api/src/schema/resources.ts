import type { Resources } from '@covenant/schema'
import { builder } from '../builder.ts'

export const ResourcesType = builder.objectRef<Resources>('Resources').implement({
  description: 'What a node offers, or a contract reserves.',
  fields: (t) => ({
    cpu: t.expose('cpu', { type: 'Uint', description: 'Milli-cores.' }),
    memory: t.expose('memory', { type: 'Uint', description: 'MiB.' }),
    storage: t.expose('storage', { type: 'Uint', description: 'MiB.' }),
    gpus: t.expose('gpus', { type: 'Uint' }),
    publicIpv4: t.expose('publicIpv4', { type: 'Uint' }),
  }),
})

type Kind = 'cpu' | 'memory' | 'storage' | 'gpus' | 'public_ipv4'

/** The resources in the columns of a row that begin with a word, as in `total_cpu`. */
export function resourcesOf<Part extends string>(
  row: Record<`${Part}_${Kind}`, number>,
  part: Part,
): Resources {
  return {
    cpu: row[`${part}_cpu`],
    memory: row[`${part}_memory`],
    storage: row[`${part}_storage`],
    gpus: row[`${part}_gpus`],
    publicIpv4: row[`${part}_public_ipv4`],
  }
}

const amount = { required: true, defaultValue: 0 } as const

export const ResourcesInput = builder.inputType('ResourcesInput', {
  fields: (t) => ({
    cpu: t.field({ ...amount, type: 'Uint', description: 'Milli-cores.' }),
    memory: t.field({ ...amount, type: 'Uint', description: 'MiB.' }),
    storage: t.field({ ...amount, type: 'Uint', description: 'MiB.' }),
    gpus: t.field({ ...amount, type: 'Uint' }),
    publicIpv4: t.field({ ...amount, type: 'Uint' }),
  }),
})
