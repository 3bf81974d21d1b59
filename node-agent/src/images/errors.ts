/** The same fetch may work later: the registry did not answer, or answered that it cannot now. */
export class ImageUnavailable extends Error {
  override name = 'ImageUnavailable'
}

/** The image is missing, is not what its digest says, or cannot be run here; asking again will not help. */
export class ImageInvalid extends Error {
  override name = 'ImageInvalid'
}

/** A stored file is not what was unpacked. The launch that found it is refused. */
export class ImageDamaged extends Error {
  override name = 'ImageDamaged'
  /** The file's path in the image. */
  readonly path: string

  constructor(path: string, what: string) {
    super(`the image's file ${path} is damaged in the store: ${what}`)
    this.path = path
  }
}
