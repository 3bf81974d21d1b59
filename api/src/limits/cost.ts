import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
} from 'graphql'
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../queries/page-size.ts'

/** What a field may say of itself in its `extensions`. */
export type CostExtensions = {
  /** How much one value of it weighs against an ordinary field. @default 1 */
  weight?: number
  /** How many items its list holds at most, where no `first` says so. */
  items?: number
}

type Variables = Readonly<Record<string, unknown>>

/**
 * How many fields the answer to an operation can hold at most: a field counts once for each item of
 * the lists that it stands in, a list for as many items as it was asked for.
 */
export function costOf(
  operation: OperationDefinitionNode,
  { schema, document, sent }: { schema: GraphQLSchema; document: DocumentNode; sent: Variables },
): number {
  const variables = valuesOf(operation, sent)
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition)
  }
  // A fragment costs the same wherever it is spread on pages of one size: measured once, a document
  // of fragments that double each other is no work here.
  const measured = new Map<string, number>()

  const costOfSet = (set: SelectionSetNode, type: GraphQLCompositeType, page: number): number => {
    let cost = 0
    for (const selection of set.selections) {
      if (selection.kind === 'Field') cost += costOfField(selection, type, page)
      else if (selection.kind === 'FragmentSpread')
        cost += costOfFragment(selection.name.value, page)
      else {
        const on = selection.typeCondition && schema.getType(selection.typeCondition.name.value)
        cost += costOfSet(selection.selectionSet, isCompositeType(on) ? on : type, page)
      }
    }
    return cost
  }

  const costOfFragment = (name: string, page: number): number => {
    const key = `${name}/${page}`
    const known = measured.get(key)
    if (known !== undefined) return known
    const fragment = fragments.get(name)
    const type = fragment && schema.getType(fragment.typeCondition.name.value)
    const cost =
      fragment && isCompositeType(type) ? costOfSet(fragment.selectionSet, type, page) : 0
    measured.set(key, cost)
    return cost
  }

  const costOfField = (node: FieldNode, parent: GraphQLCompositeType, page: number): number => {
    const field =
      isObjectType(parent) || isInterfaceType(parent)
        ? parent.getFields()[node.name.value]
        : undefined
    if (!field) return 0 // __typename, __schema and __type
    const { weight = 1, items = page } = field.extensions as CostExtensions
    const type = getNamedType(field.type)
    const inner =
      node.selectionSet && isCompositeType(type)
        ? costOfSet(node.selectionSet, type, pageSizeOf(node, field, variables))
        : 0
    return (isListType(getNullableType(field.type)) ? items : 1) * (weight + inner)
  }

  const root = schema.getRootType(operation.operation)
  return root ? costOfSet(operation.selectionSet, root, 1) : 0
}

/** How many items a connection was asked for; 1 for what is no connection. */
function pageSizeOf(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  variables: Variables,
): number {
  if (!field.args.some(({ name }) => name === 'first')) return 1
  for (const { name, value } of node.arguments ?? []) {
    if (name.value !== 'first' && name.value !== 'last') continue
    const size = value.kind === 'Variable' ? variables[value.name.value] : intOf(value)
    // A size that no page may have is refused by the list itself, in words of its own.
    if (typeof size === 'number') return Math.min(Math.max(1, size), MAX_PAGE_SIZE)
  }
  return DEFAULT_PAGE_SIZE
}

/** What the operation's variables stand for: what was sent, else the default written beside them. */
function valuesOf(operation: OperationDefinitionNode, sent: Variables): Variables {
  const defaults = (operation.variableDefinitions ?? []).map(
    ({ variable, defaultValue }) =>
      [variable.name.value, defaultValue && intOf(defaultValue)] as const,
  )
  return { ...Object.fromEntries(defaults), ...sent }
}

function intOf(value: ValueNode): number | undefined {
  return value.kind === 'IntValue' ? Number(value.value) : undefined
}
