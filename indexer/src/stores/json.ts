/** JSON for a jsonb column: amounts as decimal strings, and no NUL, which Postgres cannot store. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return item.toString()
    return typeof item === 'string' ? item.replaceAll('\0', '\ufffd') : item
  })
}

/** Bytes as text for a text column, or null where they are no UTF-8 or hold a NUL. */
export function toText(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
