import type { z } from 'zod'

/** Words and numbers as one token that callers pass back and need not understand. */
export function encodeOpaque(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

/** What the token was made of, or undefined where it is none of this shape. */
export function decodeOpaque<Shape extends z.ZodType>(
  token: string,
  shape: Shape,
): z.infer<Shape> | undefined {
  try {
    return shape.safeParse(JSON.parse(Buffer.from(token, 'base64url').toString())).data
  } catch {
    return undefined
  }
}
