/** The styles that this command itself gives text; see output.ts. */
const OWN_STYLES = [1, 2, 22, 31, 32, 33, 36, 39].map((code) => `\u001B[${code}m`)

/**
 * Text as a person can trust it: what would move a terminal's cursor, hide characters or turn their
 * order around is written out, since names on the chain are whatever somebody chose.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character, at: number) => {
    const isOwn = OWN_STYLES.some((style) => text.startsWith(style, at))
    if (character === '\n' || character === '\t' || isOwn) return character
    return `\\u{${character.codePointAt(0)?.toString(16)}}`
  })
}

/** The same on one line, for names and the like, which could otherwise pass for lines of ours. */
export function oneLine(text: string): string {
  return visible(text.replaceAll('\n', '\\n'))
}

export const quoted = (name: string) => `"${oneLine(name)}"`
