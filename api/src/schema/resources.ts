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
