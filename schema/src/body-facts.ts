import { isName } from './body.ts'
import { isDigest } from './image.ts'

/** What a body can be found by. */
export type BodyFacts = {
  /** Empty where it has no name that a deployment may have. */
  name: string
  /** The manifests that its services name, each once, in order. */
  imageDigests: string[]
}

const NOTHING: BodyFacts = { name: '', imageDigests: [] }

/**
 * Reads them from whatever was noted as a body: the chain takes any bytes, and a later version of
 * this project writes bodies that {@link parseBody} refuses. What is not there is left out.
 */
export function bodyFacts(text: string | null): BodyFacts {
  const body = text === null ? undefined : parse(text)
  if (!isObject(body)) return NOTHING
  const services = isObject(body['services']) ? Object.values(body['services']) : []
  const digests = services.flatMap((service) => {
    const image = isObject(service) ? service['image'] : undefined
    const digest = typeof image === 'string' ? image.slice(image.indexOf('@') + 1) : ''
    return isDigest(digest) ? [digest] : []
  })
  const { name } = body
  return {
    name: typeof name === 'string' && isName(name) ? name : '',
    imageDigests: [...new Set(digests)].sort(),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
