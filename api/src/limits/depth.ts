import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql'

/**
 * Refuses operations whose fields nest deeper than `maximum`.
 *
 * What is asked of the schema itself (`__schema`, `__type`) is not counted: graphql's own rules
 * bound it, and the introspection query of every tool is deep.
 */
export const depthLimit =
  (maximum: number) =>
  (context: ValidationContext): ASTVisitor => {
    const known = new Map<FragmentDefinitionNode, number>()
    const fragmentDepth = (name: string): number => {
      const fragment = context.getFragment(name)
      if (!fragment) return 0
      const depth = known.get(fragment)
      if (depth !== undefined) return depth
      // A fragment that spreads itself is another rule's error; here it must only come to an end.
      known.set(fragment, 0)
      const measured = depthOf(fragment.selectionSet)
      known.set(fragment, measured)
      return measured
    }
    const depthOf = (set: SelectionSetNode): number =>
      Math.max(
        ...set.selections.map((selection) => {
          if (selection.kind === 'FragmentSpread') return fragmentDepth(selection.name.value)
          if (selection.kind === 'InlineFragment') return depthOf(selection.selectionSet)
          if (selection.name.value.startsWith('__')) return 0
          return 1 + (selection.selectionSet ? depthOf(selection.selectionSet) : 0)
        }),
      )
    return {
      OperationDefinition(operation) {
        const depth = depthOf(operation.selectionSet)
        if (depth <= maximum) return
        context.reportError(
          new GraphQLError(
            `This operation nests its fields ${depth} deep; ${maximum} is the most that is answered. ` +
              'Ask for the inner parts in a second request, by their ids.',
            { nodes: [operation], extensions: { code: 'QUERY_TOO_LARGE' } },
          ),
        )
      },
    }
  }
