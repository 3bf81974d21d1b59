import { hash } from 'node:crypto'
import {
  type DocumentNode,
  type GraphQLSchema,
  TypeInfo,
  getOperationAST,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import type { Head } from './queries/head.ts'
import type { Version } from './queries/work.ts'

/**
 * The entity tag of an answer about one node's work: besides the answer's hash it says of which node
 * the answer is, which was the latest change of its contracts, and to which question. So whether it
 * still holds is known from the node's latest change alone.
 */
export type WorkTag = { body: string; node: number; version: Version; question: string }

const FORM = /^"([\w-]{43})\.(\d{1,15})\.(\d{1,15}(?:-[\da-f]{0,16})?)\.([\w-]{22})"$/

export function writeTag({ body, node, version, question }: WorkTag): string {
  return `"${body}.${node}.${version}.${question}"`
}

export function readTag(tag: string): WorkTag | undefined {
  const [, body, node, version, question] = FORM.exec(tag) ?? []
  if (body === undefined || version === undefined || question === undefined) return undefined
  return { body, node: Number(node), version, question }
}

/** Stands for a question to one index of one chain, by the path that it was asked with. */
export function questionOf(path: string, head: Pick<Head, 'genesis_hash' | 'index_id'>): string {
  return hash('sha256', `${head.genesis_hash} ${head.index_id} ${path}`, 'base64url').slice(0, 22)
}

/** What a field of a contract may say of itself in its `extensions`. */
export type AgeExtensions = {
  /** It changes while the contract does not. @default false */
  moves?: boolean
}

/** The types of which each field of a contract's own changes with the contract, and with nothing else, but those that say so. */
const OF_CONTRACT = new Set(['Work', 'Contract', 'Spec', 'Resources'])

/** Whether a document asks for nothing but one node's work, and of that nothing that changes by itself. */
export function asksWorkAlone(document: DocumentNode, schema: GraphQLSchema): boolean {
  const operation = getOperationAST(document)
  if (!operation || operation.selectionSet.selections.length !== 1) return false
  const types = new TypeInfo(schema)
  let alone = true
  visit(
    document,
    visitWithTypeInfo(types, {
      Field(field) {
        const parent = types.getParentType()?.name ?? ''
        const { moves } = (types.getFieldDef()?.extensions ?? {}) as AgeExtensions
        alone &&= parent === 'Query' ? field.name.value === 'work' : OF_CONTRACT.has(parent)
        alone &&= moves !== true
      },
      // They may stand anywhere, also where they do not count.
      FragmentSpread: () => void (alone = false),
      InlineFragment: () => void (alone = false),
    }),
  )
  return alone
}
