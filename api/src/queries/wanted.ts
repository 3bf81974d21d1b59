import {
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getNamedType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql'

/** What a field of a row may say of itself in its `extensions`; Pothos says it of those that it exposes. */
export type ReadsExtensions = {
  /** The columns of the row that it reads. Where nothing is said, it may be any. */
  reads?: readonly string[]
}

/** What an answer needs of a list. */
export type Wanted = {
  /** The columns that its rows are read for; undefined where it may be any of them. */
  columns: readonly string[] | undefined
  /** Whether there is more than the page. */
  more: boolean
}

/** Documents are parsed once, so each of their fields stands for what is asked for there. */
const known = new WeakMap<object, Wanted>()

export function wantedOf(info: GraphQLResolveInfo): Wanted {
  const [field] = info.fieldNodes
  // One that is written several times is asked for all of what they say.
  if (!field || info.fieldNodes.length > 1) return { columns: undefined, more: true }
  const seen = known.get(field)
  if (seen) return seen
  const reading: Reading = { info, columns: new Set(), more: false }
  const connection = getNamedType(info.returnType)
  const all = isObjectType(connection) && readConnection(reading, connection, field)
  const wanted = all
    ? { columns: [...reading.columns].sort(), more: reading.more }
    : { columns: undefined, more: true }
  known.set(field, wanted)
  return wanted
}

type Reading = { info: GraphQLResolveInfo; columns: Set<string>; more: boolean }
type Field = { selectionSet?: SelectionSetNode | undefined }

/** Whether all is known that is read of the rows in `nodes` and `edges { node }`. */
function readConnection(reading: Reading, type: GraphQLObjectType, field: Field): boolean {
  return selected(reading, field, (name, inner) => {
    if (name === 'pageInfo') reading.more = true
    const within = getNamedType(type.getFields()[name]?.type)
    if (!isObjectType(within)) return true
    if (name === 'edges') return readConnection(reading, within, inner)
    return name === 'nodes' || name === 'node' ? readRow(reading, within, inner) : true
  })
}

function readRow(reading: Reading, type: GraphQLObjectType, field: Field): boolean {
  return selected(reading, field, (name) => {
    if (name === '__typename') return true
    const { reads, pothosExposedField: exposed } = (type.getFields()[name]?.extensions ??
      {}) as ReadsExtensions & { pothosExposedField?: string }
    const columns = reads ?? (exposed === undefined ? undefined : [exposed])
    for (const column of columns ?? []) reading.columns.add(column)
    return columns !== undefined
  })
}

/** Whether `read` is true of every field that is selected, in fragments too. */
function selected(
  reading: Reading,
  { selectionSet }: Field,
  read: (name: string, field: Field) => boolean,
): boolean {
  return (selectionSet?.selections ?? []).every((selection) => {
    if (selection.kind === 'Field') return read(selection.name.value, selection)
    if (selection.kind === 'InlineFragment') return selected(reading, selection, read)
    const fragment = reading.info.fragments[selection.name.value]
    return fragment !== undefined && selected(reading, fragment, read)
  })
}
