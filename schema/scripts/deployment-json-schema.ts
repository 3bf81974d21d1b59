/** Writes schema/deployment-v1.json anew; a test says when that is needed. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEPLOYMENT_JSON_SCHEMA, deploymentJsonSchema } from '../src/deployment-json-schema.ts'

writeFileSync(join(import.meta.dirname, '../..', DEPLOYMENT_JSON_SCHEMA), deploymentJsonSchema())
