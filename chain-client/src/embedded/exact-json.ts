/** JSON whose numbers are kept as they were written: balances do not fit into a double. */
export type Json = null | boolean | number | string | RawJson | Json[] | { [key: string]: Json }
type RawJson = { rawJSON: string }

/** ECMAScript's JSON source text access, which the language's declared types do not have yet. */
const exactJson = JSON as unknown as {
  parse(text: string, revive: (key: string, value: Json, context: { source: string }) => Json): Json
  rawJSON(text: string): RawJson
  isRawJSON(value: unknown): value is RawJson
}

export function parseExactly(text: string): Json {
  return exactJson.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) ? exactJson.rawJSON(source) : value,
  )
}

/** A whole number of any size. */
export function exactNumber(value: bigint): Json {
  return exactJson.rawJSON(String(value))
}

/** RFC 7386, which is how a runtime means its presets. */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch
  const merged: { [key: string]: Json } = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else merged[key] = mergePatch(merged[key] ?? null, value)
  }
  return merged
}

export function isObject(value: Json): value is { [key: string]: Json } {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isRecord && !exactJson.isRawJSON(value)
}
