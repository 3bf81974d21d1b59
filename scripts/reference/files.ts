import { DEPLOYMENT_JSON_SCHEMA, JSON_SCHEMAS } from '@covenant/schema/json-schema'
import { POLICY_JSON_SCHEMA } from '@covenant/schema/policy'
import { cell, code, page, section, table } from './markdown.ts'

/** As far as the schemas of these files go. */
type Shape = {
  type?: string | string[]
  const?: string
  enum?: string[]
  description?: string
  default?: unknown
  properties?: Record<string, Shape>
  additionalProperties?: Shape | false
  propertyNames?: Shape
  items?: Shape
  required?: string[]
  pattern?: string
  maxLength?: number
  minimum?: number
  minItems?: number
  anyOf?: Shape[]
}

const STRICT = 'Strict YAML 1.2. A key that is not here is refused, with its line and column.'

/** The page of the deployment file, from the shape that reads it. */
export function deploymentReference(): string {
  return page('Reference: the deployment file', '`schema/src/deployment.ts`', [
    `${STRICT} \`NAME\` stands for a name of your own.`,
    keys(DEPLOYMENT_JSON_SCHEMA),
  ])
}

/** The page of the policy file, from the shape that reads it. */
export function policyReference(): string {
  return page('Reference: the policy file', '`schema/src/policy.ts`', [
    `${STRICT} The agent reads the file again whenever it changes; a file with a mistake changes nothing of what it goes by.`,
    keys(POLICY_JSON_SCHEMA),
  ])
}

function keys(file: string): string {
  const root = JSON.parse(JSON_SCHEMAS[file]?.() ?? '') as Shape
  const headings = ['key', 'value', 'needed', 'usual value', '']
  return section(2, 'Keys', table(headings, rows(root, '')))
}

function rows(shape: Shape, path: string): string[][] {
  return Object.entries(shape.properties ?? {}).flatMap(([key, value]) => {
    const here = path === '' ? key : `${path}.${key}`
    const isNeeded = shape.required?.includes(key) ?? false
    const own = [
      code(here),
      cell(valueOf(value)),
      isNeeded ? 'yes' : '',
      value.default === undefined ? '' : code(JSON.stringify(value.default)),
      cell(value.description ?? ''),
    ]
    return [own, ...rows(value, here), ...namedRows(value, here)]
  })
}

/** What stands under names that people choose. */
function namedRows({ additionalProperties }: Shape, path: string): string[][] {
  if (!additionalProperties || additionalProperties.properties === undefined) return []
  return rows(additionalProperties, `${path}.NAME`)
}

function valueOf(shape: Shape): string {
  if (shape.const !== undefined) return code(shape.const)
  if (shape.enum !== undefined) return shape.enum.map(code).join(' or ')
  if (shape.anyOf !== undefined) return [...new Set(shape.anyOf.map(valueOf))].join(' or ')
  if (shape.additionalProperties) {
    return `a mapping of names to ${shape.additionalProperties.properties ? 'mappings' : 'text'}`
  }
  if (shape.properties !== undefined) return 'a mapping'
  if (shape.items !== undefined) return `a list of ${valueOf(shape.items)}`
  const longest = shape.maxLength === undefined ? '' : `, at most ${shape.maxLength} characters`
  const types = [shape.type ?? []].flat().map((type) => TYPES[type] ?? type)
  return `${types.join(' or ')}${longest}`
}

const TYPES: Record<string, string> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
}
