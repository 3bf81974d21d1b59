/**
 * Generates what is not committed: the Prisma client, from schema/prisma/schema.prisma into schema/src/generated.
 * Takes about two seconds, or none where schema and Prisma are those of the last time.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const schemaFile = join(root, 'schema/prisma/schema.prisma')
const stampFile = join(root, 'schema/src/generated/.stamp')
const prisma = join(root, 'node_modules/prisma')

// Written last, and Prisma empties the folder first: a stamp vouches for all files beside it.
const wanted = createHash('sha256')
  .update(readFileSync(schemaFile))
  .update(readFileSync(join(prisma, 'package.json')))
  .digest('hex')
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== wanted) generate()

function generate(): void {
  const cli = join(prisma, 'build/index.js')
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [cli, 'generate', '--schema', schemaFile],
    {
      cwd: root,
      encoding: 'utf8',
      env: {
        ...process.env,
        // Prisma wants to fetch an engine that generating does not use, unless this names an executable.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        // No calls home.
        CHECKPOINT_DISABLE: '1',
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
      },
    },
  )
  if (status !== 0) {
    console.error(`prisma generate failed:\n${stdout}${stderr}`)
    process.exit(1)
  }
  writeFileSync(stampFile, wanted)
}
