import { type Source, getOperationAST, parse } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { tooLarge } from '../errors.ts'
import { aliasLimit } from '../limits/aliases.ts'
import { costOf } from '../limits/cost.ts'
import { depthLimit } from '../limits/depth.ts'

/** A thousand bodies, or the fields of a few thousand rows. */
export const MAX_COST = 50_000

export type Limits = {
  /** Words and signs of a document: bounds the work of reading it. @default 1000 */
  tokens?: number
  /** How deep fields nest; a list and its items are three. @default 16 */
  depth?: number
  /** How many fields are renamed. @default 30 */
  aliases?: number
  /** How many fields the answer may hold. @default MAX_COST */
  cost?: number
}

/** Refuses what no page or tool asks for, each in words that say what would be answered. */
export function useLimits({
  tokens = 1_000,
  depth = 16,
  aliases = 30,
  cost: maxCost = MAX_COST,
}: Limits = {}): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string | Source) => parse(source, { maxTokens: tokens }))
    },
    onValidate({ addValidationRule }) {
      addValidationRule(depthLimit(depth))
      addValidationRule(aliasLimit(aliases))
    },
    onExecute({ args, setResultAndStopExecution }) {
      const { schema, document, operationName, variableValues } = args
      const operation = getOperationAST(document, operationName)
      if (!operation) return
      const cost = costOf(operation, { schema, document, sent: variableValues ?? {} })
      if (cost <= maxCost) return
      setResultAndStopExecution({
        errors: [
          tooLarge(
            `The answer could hold ${cost} fields; ${maxCost} is the most that is answered. ` +
              'Ask for fewer items with `first`, or for inner lists in a second request.',
          ),
        ],
      })
    },
  }
}
