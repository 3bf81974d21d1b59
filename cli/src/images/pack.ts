import { rename, rm } from 'node:fs/promises'
import { type Digest, MEDIA_TYPES, type OciConfig, type OciManifest } from '@covenant/schema/image'
import { writeLayer } from './layer.ts'
import { addToIndex, blobPath, prepareLayout, unfinishedFile, writeBlob } from './layout.ts'
import { collectPrograms } from './programs.ts'

export type PackOptions = {
  layout: string
  repository: string
  programs: readonly string[]
  /** What runs when nobody says otherwise; a contract's body always does. @default the first program */
  entrypoint?: readonly string[] | undefined
}

export type PackedImage = {
  digest: Digest
  /** Paths in the image, sorted. */
  files: string[]
  layerBytes: number
}

/**
 * Packs programs of this host as an image of an OCI layout. The same programs and libraries always
 * give the same digest. The index names the image last, so a crash leaves nothing half there.
 */
export async function packImage({
  layout,
  repository,
  programs,
  entrypoint,
}: PackOptions): Promise<PackedImage> {
  const { files, architecture, first } = collectPrograms(programs)
  await prepareLayout(layout)
  const unfinished = unfinishedFile(layout)
  const layer = await writeLayer(files, unfinished).catch(async (error: unknown) => {
    await rm(unfinished, { force: true })
    throw error
  })
  await rename(unfinished, blobPath(layout, layer.digest))

  const config = await writeJson(layout, {
    architecture,
    os: 'linux',
    config: {
      Entrypoint: [...(entrypoint ?? [first])],
      Env: ['PATH=/usr/bin:/bin'],
      WorkingDir: '/',
    },
    rootfs: { type: 'layers', diff_ids: [layer.diffId] },
  })
  const manifest = await writeJson(layout, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: { mediaType: MEDIA_TYPES.config, ...config },
    layers: [{ mediaType: MEDIA_TYPES.layerGzip, digest: layer.digest, size: layer.size }],
  })
  await addToIndex(layout, repository, manifest)
  return { digest: manifest.digest, files: [...files.keys()].sort(), layerBytes: layer.size }
}

function writeJson(layout: string, value: OciConfig | OciManifest) {
  return writeBlob(layout, Buffer.from(JSON.stringify(value)))
}
