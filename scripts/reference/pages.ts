import { chainReference } from './chain.ts'
import { cliReference } from './cli.ts'
import { deploymentReference, policyReference } from './files.ts'
import { graphqlReference } from './graphql.ts'

/** What is written for the reader by a program, by its file in docs/reference/. */
export async function referencePages(): Promise<Record<string, string>> {
  return {
    'chain.md': await chainReference(),
    'cli.md': await cliReference(),
    'deployment-file.md': deploymentReference(),
    'graphql.md': await graphqlReference(),
    'policy-file.md': policyReference(),
  }
}
