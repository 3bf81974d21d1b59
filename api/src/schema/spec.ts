import { loadReferenced } from '../queries/load.ts'
import { amountField } from './amount.ts'
import { Contract, Spec } from './refs.ts'
import { ResourcesType } from './resources.ts'
import { isoOfSeconds } from './scalars.ts'

Spec.implement({
  description: 'What a node is asked to run, and for what: one version of a contract.',
  fields: (t) => ({
    contract: t.field({
      type: Contract,
      resolve: (row, _args, { load }) => loadReferenced(load.contract, row.contract_id),
    }),
    version: t.expose('version', { type: 'Uint' }),
    bodyHash: t.exposeString('body_hash', { description: 'The blake2-256 hash of the body.' }),
    body: t.string({
      nullable: true,
      description: 'The canonical JSON that the hash is of; null where the bytes are no text.',
      // A body is as long as some hundred ordinary fields.
      extensions: { weight: 50 },
      resolve: async (row, _args, { load }) =>
        (await loadReferenced(load.body, row.body_hash)).text,
    }),
    resources: t.field({
      type: ResourcesType,
      resolve: ({ cpu, memory, storage, gpus, public_ipv4: publicIpv4 }) => ({
        cpu,
        memory,
        storage,
        gpus,
        publicIpv4,
      }),
    }),
    rate: amountField(t, (row) => row.rate, { description: 'Per second of the live clock.' }),
    sealingVersion: t.expose('sealing_version', {
      type: 'Uint',
      description: "The version of the node's sealing key that its secrets are sealed to.",
    }),
    deposit: amountField(t, (row) => row.deposit, { description: "For the body's bytes." }),
    deadline: t.field({
      type: 'DateTime',
      description: 'Until when the node may accept it.',
      resolve: (row) => isoOfSeconds(row.deadline),
    }),
    deadlineSeconds: t.expose('deadline', { type: 'Uint', description: 'In chain seconds.' }),
    createdHeight: t.expose('created_height', { type: 'Uint' }),
    acceptedHeight: t.expose('accepted_height', { type: 'Uint', nullable: true }),
    declineReason: t.exposeString('decline_reason', {
      nullable: true,
      description: 'Why the node declined it, as in Policy or Other(7).',
    }),
    dropReason: t.exposeString('drop_reason', {
      nullable: true,
      description: 'Why an update was dropped, as in Withdrawn, Expired or Declined(Price).',
    }),
  }),
})
