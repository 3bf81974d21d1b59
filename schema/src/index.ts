export {
  type Body,
  type BodyInput,
  type BodyProblem,
  type BodyService,
  InvalidBody,
  MAX_BODY_BYTES,
  MAX_SERVICES,
  bodyHash,
  bodyInputSchema,
  bodyResources,
  bodySchema,
  completeBody,
  encodeBody,
  parseBody,
} from './body.ts'
export { type Json, NotCanonicalizable, canonicalJson } from './canonical.ts'
export { type Hex, blake2Hash } from './hash.ts'
export { MAX_RESOURCE, type Resources } from './resources.ts'
