import { printSchema } from 'graphql'
import { schema } from './schema/index.ts'

// `node api/src/print-schema.ts > api/schema.graphql` after a change of the schema.
process.stdout.write(`${printSchema(schema)}\n`)
