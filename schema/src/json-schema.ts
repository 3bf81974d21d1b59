/**
 * JSON Schemas of the files that people write, for editors. They are generated from the shapes that
 * read these files, and say less: what only reading a value shows (an amount, a digest) is not in them.
 */
import { z } from 'zod'
import { deploymentSchema } from './deployment.ts'
import { POLICY_JSON_SCHEMA, policySchema } from './policy.ts'

/** Where editors find that of deployment files, from the root of a clone. */
export const DEPLOYMENT_JSON_SCHEMA = 'schema/deployment-v1.json'

/** The text of each, by its place. */
export const JSON_SCHEMAS: Readonly<Record<string, () => string>> = {
  [DEPLOYMENT_JSON_SCHEMA]: () => jsonSchema('Covenant deployment, covenant/v1', deploymentSchema),
  [POLICY_JSON_SCHEMA]: () => jsonSchema('Covenant node policy, covenant/v1', policySchema),
}

function jsonSchema(title: string, shape: z.ZodType): string {
  const schema = z.toJSONSchema(shape, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      // What covenant/v1 knows in order to refuse it would be offered by editors.
      for (const [key, value] of Object.entries(jsonSchema.properties ?? {})) {
        if (typeof value === 'object' && value.not !== undefined)
          delete jsonSchema.properties?.[key]
      }
    },
  })
  return `${JSON.stringify({ $schema: schema.$schema, title, ...schema }, undefined, 2)}\n`
}
