/** What generated pages are written in. */

/** A heading, and text or tables below it; what is undefined or empty is left out. */
export function section(depth: number, title: string, ...parts: (string | undefined)[]): string {
  const there = parts.filter((part) => part !== undefined && part !== '')
  return [`${'#'.repeat(depth)} ${title}`, ...there].join('\n\n')
}

/** A table, or nothing where it has no rows. */
export function table(headings: string[], rows: string[][]): string | undefined {
  if (rows.length === 0) return undefined
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n')
}

/** In a table's cell: on one line, and without signs that would end it. */
export const cell = (text: string) =>
  text
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('|', String.raw`\|`)

export const code = (text: string) => `\`${text}\``

/** The page as it is committed: a title, from what it is made, and its sections. */
export function page(title: string, from: string, sections: string[]): string {
  const note = `Generated from ${from} by \`npm run reference\`; a test fails where it differs.`
  return `${[`# ${title}`, note, ...sections].join('\n\n')}\n`
}
