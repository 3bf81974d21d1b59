import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql'

/** Refuses documents that rename more than `maximum` fields, and so could ask the same many times. */
export const aliasLimit =
  (maximum: number) =>
  (context: ValidationContext): ASTVisitor => {
    let aliases = 0
    return {
      Field(field) {
        if (field.alias) aliases += 1
      },
      Document: {
        leave() {
          if (aliases <= maximum) return
          context.reportError(
            new GraphQLError(
              `This document has ${aliases} aliases; ${maximum} is the most that is answered. ` +
                'Ask a list with a filter, or send several requests.',
              { extensions: { code: 'QUERY_TOO_LARGE' } },
            ),
          )
        },
      },
    }
  }
