import { z } from 'zod'
import { deploymentSchema } from './deployment.ts'

/** Where editors find it, from the root of a clone. */
export const DEPLOYMENT_JSON_SCHEMA = 'schema/deployment-v1.json'

/**
 * The JSON Schema of deployment files, for editors. It is generated from the shape that reads them,
 * and says less: what only reading a value shows (an amount, a digest) is not in it.
 */
export function deploymentJsonSchema(): string {
  const schema = z.toJSONSchema(deploymentSchema, {
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
  const titled = { $schema: schema.$schema, title: 'Covenant deployment, covenant/v1', ...schema }
  return `${JSON.stringify(titled, undefined, 2)}\n`
}
