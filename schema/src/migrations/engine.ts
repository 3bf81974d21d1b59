import { readFile } from 'node:fs/promises'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import type { Pool } from 'pg'

export type SchemaEngine = bindings.SchemaEngine

/** Prisma's name for "no table is somebody else's". */
export const NO_FILTERS = { externalTables: [], externalEnums: [] }

let loaded: Promise<void> | undefined

/**
 * Prisma's schema engine, working through the connections of `pool`.
 *
 * It is the engine that Prisma's own command line runs, as WebAssembly: no binary has to be fetched. Loading it
 * takes about 0.2 s, so whoever finds nothing to do should not ask for it. `free()` it after use.
 */
export async function openSchemaEngine(pool: Pool): Promise<SchemaEngine> {
  await (loaded ??= load())
  const adapter = bindMigrationAwareSqlAdapterFactory(createFactory(pool))
  const ignoreLog = () => {}
  return bindings.SchemaEngine.new({ datamodels: undefined }, ignoreLog, adapter)
}

/** Runs each script as it stands: the adapter would cut it at every semicolon, those within functions too. */
function createFactory(pool: Pool): PrismaPg {
  const factory = new PrismaPg(pool)
  const connect = factory.connect.bind(factory)
  factory.connect = async () =>
    Object.assign(await connect(), {
      executeScript: async (script: string) => void (await pool.query(script)),
    })
  return factory
}

/** The part of the global WebAssembly that is used here; Node has it, its types do not. */
type WebAssemblyGlobal = {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, object>,
  ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>
}

/** Does by hand what `import … from './x.wasm'` does, which Node still calls experimental on stderr. */
async function load(): Promise<void> {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyGlobal }
  const file = new URL('./schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm'))
  const { instance } = await WebAssembly.instantiate(await readFile(file), {
    './schema_engine_bg.js': bindings,
  })
  // oxlint-disable-next-line no-underscore-dangle -- wasm-bindgen's name for it
  bindings.__wbg_set_wasm(instance.exports)
  // oxlint-disable-next-line no-underscore-dangle -- the same
  instance.exports.__wbindgen_start()
}
