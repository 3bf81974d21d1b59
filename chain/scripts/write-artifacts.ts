/**
 * usage: node write-artifacts.ts RAW_WASM RUSTC_VERSION FOLDER
 *
 * Writes the runtime in the compressed form that validators and the embedded chain read, its
 * metadata as the runtime itself tells it, and the manifest of what they were built from.
 */
import {
  destroyWorker,
  emptyTaskHandler,
  getRuntimeVersion,
  runTask,
} from '@acala-network/chopsticks-core'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, zstdCompressSync } from 'node:zlib'
import { MANIFEST, METADATA, WASM, type Manifest } from './manifest.ts'
import { hashLock, hashSources, sha256 } from './sources.ts'

/** Marks a compressed wasm blob (sp-maybe-compressed-blob). */
const ZSTD_PREFIX = Buffer.from('52bc537646db8e05', 'hex')
/** The newest that every client in use decodes. */
const METADATA_VERSION = 15

const compress = (wasm: Uint8Array): Buffer =>
  Buffer.concat([
    ZSTD_PREFIX,
    zstdCompressSync(wasm, { params: { [constants.ZSTD_c_compressionLevel]: 22 } }),
  ])

/** Asks the runtime for its metadata; no state is needed. */
const readMetadata = async (code: `0x${string}`): Promise<Buffer> => {
  const version = Buffer.alloc(4)
  version.writeUInt32LE(METADATA_VERSION)
  const answer = await runTask(
    {
      wasm: code,
      calls: [['Metadata_metadata_at_version', [`0x${version.toString('hex')}`]]],
      mockSignatureHost: false,
      allowUnresolvedImports: false,
      runtimeLogLevel: 0,
    },
    { ...emptyTaskHandler, getStorage: async () => undefined, getNextKey: async () => undefined },
  )
  if (!('Call' in answer)) throw new Error(`the runtime gave no metadata: ${answer.Error}`)
  return stripOptionAndLength(Buffer.from(answer.Call.result.slice(2), 'hex'))
}

/** Option<OpaqueMetadata>: one byte, then a compact length in its four byte mode, then the bytes. */
const stripOptionAndLength = (answer: Buffer): Buffer => {
  const [some, mode] = [answer[0], answer[1]]
  if (some !== 1) throw new Error(`the runtime has no metadata of version ${METADATA_VERSION}`)
  const length = mode === undefined || (mode & 3) !== 2 ? -1 : answer.readUInt32LE(1) >>> 2
  if (length !== answer.length - 5) throw new Error('the metadata has another length than it says')
  return answer.subarray(5)
}

const [rawFile, rustc, folder] = process.argv.slice(2)
if (!rawFile || !rustc || !folder) {
  console.error('usage: node write-artifacts.ts RAW_WASM RUSTC_VERSION FOLDER')
  process.exit(2)
}

const chain = join(import.meta.dirname, '..')
const wasm = readFileSync(rawFile)
const code: `0x${string}` = `0x${wasm.toString('hex')}`
const version = await getRuntimeVersion(code)
const metadata = await readMetadata(code)
await destroyWorker()
const compressed = compress(wasm)

const manifest: Manifest = {
  specName: version.specName,
  specVersion: version.specVersion,
  transactionVersion: version.transactionVersion,
  sources: hashSources(chain),
  cargoLock: hashLock(chain),
  rustc,
  wasm: { sha256: sha256(wasm), bytes: wasm.length },
  compressed: { file: WASM, sha256: sha256(compressed), bytes: compressed.length },
  metadata: { file: METADATA, sha256: sha256(metadata), version: METADATA_VERSION },
}
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, WASM), compressed)
writeFileSync(join(folder, METADATA), metadata)
writeFileSync(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`)
console.log(`${manifest.specName} ${manifest.specVersion}: ${manifest.wasm.sha256}`)
console.log(`${wasm.length} bytes, ${compressed.length} compressed, in ${folder}`)
