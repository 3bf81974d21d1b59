// The tables of schema/prisma/schema.prisma as entities of the squid's store, their fields named as the columns are.
// It finds them by this path, and upserts by a field `id`: see ../tables.sql for the one table that has none.
'use strict'
const { EntitySchema } = require('typeorm')

const number = {
  to: (value) => value,
  from: (text) => (text === null ? null : Number(text)),
}
const bigint = {
  to: (value) => (typeof value === 'bigint' ? value.toString() : value),
  from: (text) => (text === null ? null : BigInt(text)),
}
const TYPES = {
  whole: { type: 'bigint', transformer: number },
  int: { type: 'int' },
  text: { type: 'text' },
  texts: { type: 'text', array: true },
  amount: { type: 'numeric', transformer: bigint },
  json: { type: 'jsonb' },
  bytes: { type: 'bytea' },
}

/** An entity whose class and schema have one name; `columns` lists the columns of each type. */
function entity(name, tableName, { keys, columns }) {
  const Target = { [name]: function () {} }[name]
  const all = Object.entries(columns).flatMap(([type, names]) =>
    names
      .split(' ')
      .map((column) => [
        column,
        { ...TYPES[type], name: column, nullable: true, primary: keys.includes(column) },
      ]),
  )
  const schema = new EntitySchema({
    name,
    tableName,
    target: Target,
    columns: Object.fromEntries(all),
  })
  return { Target, schema }
}

const block = entity('Block', 'blocks', {
  keys: ['height'],
  columns: { whole: 'height timestamp_ms chain_ms', text: 'hash parent_hash' },
})
const event = entity('Event', 'events', {
  keys: ['height', 'index'],
  columns: {
    whole: 'height group_id proposal_id node_id contract_id',
    int: 'index extrinsic_index',
    text: 'pallet name',
    json: 'data',
    texts: 'accounts',
  },
})
const node = entity('Node', 'nodes', {
  keys: ['id'],
  columns: {
    whole:
      'id sealing_version total_cpu total_memory total_storage reserved_cpu reserved_memory reserved_storage free_cpu free_memory free_storage live last_seen announced_at contract_count created_height changed_height removed_height',
    int: 'total_gpus total_public_ipv4 reserved_gpus reserved_public_ipv4 free_gpus free_public_ipv4',
    text: 'operator named_agent agent sealing_key region endpoint state',
    amount: 'price_cpu price_memory price_storage price_gpu price_public_ipv4 deposit',
    json: 'attributes',
  },
})
const contract = entity('Contract', 'contracts', {
  keys: ['id'],
  columns: {
    whole:
      'id node_id version running_version pending_version settled_at suspended_at reported_at created_at created_height changed_height closed_height closed_at pruned_height',
    int: 'created_extrinsic',
    text: 'owner state network_key health close_reason tombstone_body name',
    amount: 'escrow paid deposit refund tombstone_deposit',
  },
})
const spec = entity('Spec', 'specs', {
  keys: ['id'],
  columns: {
    whole:
      'contract_id version cpu memory storage sealing_version deadline created_height accepted_height',
    int: 'gpus public_ipv4',
    text: 'id body_hash decline_reason drop_reason',
    amount: 'rate deposit',
  },
})
const body = entity('Body', 'bodies', {
  keys: ['id'],
  columns: {
    whole: 'reference_count created_height changed_height removed_height',
    text: 'text name',
    texts: 'image_digests',
    bytes: 'bytes',
  },
})
// Its key is what the store wants for an id.
body.schema.options.columns.id = { type: 'text', name: 'hash', primary: true }
const holder = entity('BodyHolder', 'body_holders', {
  keys: ['body_hash', 'account'],
  columns: { whole: 'created_height', text: 'body_hash account', amount: 'deposit' },
})

const entities = { block, event, node, contract, spec, body, holder }
// The store takes every schema that this module exports; the handler needs the classes.
for (const { schema } of Object.values(entities)) exports[schema.options.name] = schema
exports.classes = Object.fromEntries(
  Object.values(entities).map(({ Target, schema }) => [schema.options.name, Target]),
)
