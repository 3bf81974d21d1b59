import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { isMissing } from '../state/files.ts'
import { ImageUnavailable } from './errors.ts'

/** A name and password for one registry (or the server of its tokens), as `basic` has them. */
export type Credentials = { basic: string }

/** What is kept for a host (`host` or `host:port`); it is sent to that host and no other. */
export type CredentialsOf = (host: string) => Promise<Credentials | undefined>

/** The form that other container tools keep theirs in, of which this is the part that is understood. */
const fileShape = z.object({
  auths: z.record(
    z.string(),
    z.union([
      z.object({ auth: z.base64().min(1) }),
      z.object({ username: z.string().min(1), password: z.string() }),
    ]),
  ),
})

/** Reads the operator's file anew at each question; without a file nothing is kept. */
export function createCredentials(file: string): CredentialsOf {
  return async (host) => {
    let text: string
    try {
      text = await readFile(file, 'utf8')
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
    if (((await stat(file)).mode & 0o077) !== 0) {
      throw new ImageUnavailable(`${file} can be read by other users: chmod 600 ${file}`)
    }
    const kept = readShape(text, file).auths[host]
    if (kept === undefined) return undefined
    if ('auth' in kept) return { basic: kept.auth }
    const { username, password } = kept
    return { basic: Buffer.from(`${username}:${password}`).toString('base64') }
  }
}

function readShape(text: string, file: string) {
  try {
    return fileShape.parse(JSON.parse(text))
  } catch (error) {
    const example = '{"auths":{"images.example":{"username":"…","password":"…"}}}'
    throw new ImageUnavailable(`${file} is not of the form ${example}`, { cause: error })
  }
}
