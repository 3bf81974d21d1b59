import { type DocumentNode, Kind, type OperationDefinitionNode, visit } from 'graphql'
import { compileQuery, isCompiledQuery } from 'graphql-jit'
import { createLRUCache } from 'graphql-yoga'
import type { Context } from './context.ts'
import { costOf } from './limits/cost.ts'
import { schema } from './schema/index.ts'

type Variables = Record<string, unknown>
type Result = { data?: unknown; errors?: readonly unknown[] }
type Execute = (context: Context, variables: Variables) => Promise<Result> | Result

export type CompiledDocuments = {
  /** What executes it, where it is asked not for the first time and no limit refuses it. */
  find(query: string, variables: Variables): Execute | undefined
}

export type CompiledOptions = {
  /** As the server reads documents; throws, or answers nothing, where it refuses one. */
  read: (query: string) => DocumentNode | undefined
  maxCost: number
  kept: number
}

type Compiled = { execute: Execute; isAffordable: (variables: Variables) => boolean }

/** Documents as functions; those that are asked once are not worth the time that it takes to make one. */
export function compileDocuments({ read, maxCost, kept }: CompiledOptions): CompiledDocuments {
  const documents = createLRUCache<Compiled | 'asked once' | 'never'>({ max: kept })

  const compile = (query: string): Compiled | 'never' => {
    const document = read(query)
    const operation = document && onlyQueryOf(document)
    if (!operation) return 'never'
    const compiled = compileQuery(schema, document)
    if (!isCompiledQuery(compiled)) return 'never'
    const cost = (sent: Variables) => costOf(operation, { schema, document, sent })
    const fixed = hasVariablePages(document) ? undefined : cost({})
    return {
      execute: (context, variables) => compiled.query(undefined, context, variables),
      isAffordable: (variables) => (fixed ?? cost(variables)) <= maxCost,
    }
  }

  const tryToCompile = (query: string) => {
    try {
      return compile(query)
    } catch {
      return 'never'
    }
  }

  return {
    find(query, variables) {
      const known = documents.get(query)
      if (known === undefined) documents.set(query, 'asked once')
      if (known === undefined || known === 'never') return undefined
      const compiled = known === 'asked once' ? tryToCompile(query) : known
      if (known === 'asked once') documents.set(query, compiled)
      return compiled !== 'never' && compiled.isAffordable(variables) ? compiled.execute : undefined
    },
  }
}

function onlyQueryOf({ definitions }: DocumentNode): OperationDefinitionNode | undefined {
  const operations = definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  const [operation] = operations as OperationDefinitionNode[]
  return operations.length === 1 && operation?.operation === 'query' ? operation : undefined
}

/** Whether variables say how many items a list is asked for, and so what it costs. */
function hasVariablePages(document: DocumentNode): boolean {
  let has = false
  visit(document, {
    Argument({ name, value }) {
      has ||= value.kind === Kind.VARIABLE && (name.value === 'first' || name.value === 'last')
    },
  })
  return has
}
