import { readFile } from 'node:fs/promises'
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLField,
  isEnumType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql'
import { cell, code, page, section, table } from './markdown.ts'

const SCHEMA = new URL('../../api/schema.graphql', import.meta.url)
const ROOTS = ['Query', 'Subscription']

/** The page of the API's types, from the schema that it prints itself. */
export async function graphqlReference(): Promise<string> {
  const types = Object.values(buildSchema(await readFile(SCHEMA, 'utf8')).getTypeMap())
    .filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type))
    .toSorted((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name))
  const sections = types.map((type) => {
    const title = (kind: string) => `${type.name} (${kind})`
    const said = type.description ?? undefined
    if (isObjectType(type) || isInterfaceType(type)) {
      const fields = Object.values(type.getFields()).map(fieldRow)
      const kind = isInterfaceType(type) ? 'interface' : 'object'
      const does = type
        .getInterfaces()
        .map(({ name }) => code(name))
        .join(', ')
      const also = does === '' ? undefined : `Is a ${does}.`
      return section(2, title(kind), said, also, table(['field', 'type', ''], fields))
    }
    if (isEnumType(type)) {
      const values = type
        .getValues()
        .map(({ name, description }) => [code(name), cell(description ?? '')])
      return section(2, title('enum'), said, table(['value', ''], values))
    }
    if (isUnionType(type)) {
      return section(
        2,
        title('one of'),
        said,
        type
          .getTypes()
          .map(({ name }) => code(name))
          .join(', '),
      )
    }
    return section(2, title(isScalarType(type) ? 'scalar' : 'input'), said)
  })
  const intro =
    'How values are written, lists are paged and errors are told is on [the page of the API](../api.md).'
  return page('Reference: GraphQL', '`api/schema.graphql`', [intro, ...sections])
}

/** Where one begins to read goes first. */
const rank = (name: string) => (ROOTS.indexOf(name) + ROOTS.length + 1) % (ROOTS.length + 1)

function fieldRow({ name, args, type, description }: GraphQLField<unknown, unknown>): string[] {
  const taken = args.map(({ name, description }) =>
    description ? `${code(name)}: ${description}` : '',
  )
  const what = [description ?? '', ...taken].filter((part) => part !== '').join(' ')
  return [code(`${name}${argumentsOf(args)}`), code(String(type)), cell(what)]
}

function argumentsOf(args: readonly GraphQLArgument[]): string {
  if (args.length === 0) return ''
  return `(${args.map(({ name, type }) => `${name}: ${String(type)}`).join(', ')})`
}
