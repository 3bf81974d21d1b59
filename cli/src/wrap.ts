import { stripVTControlCharacters } from 'node:util'

/**
 * Text for a terminal of so many columns: lines that are too long go on beneath their own value, and
 * break at spaces alone, so that a hash or a reference can still be copied whole.
 */
export function wrap(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, columns))
    .join('\n')
}

/** Spaces, a number or a sign, and a label with two spaces behind it. */
const MARGIN = /^ *(?:\d+\. |[!~+-] )?(?:[^ ]+(?: [^ ]+){0,2} {2,})?/

function wrapLine(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line)
  if (plain.length <= columns) return line
  const margin = MARGIN.exec(plain)?.[0].length ?? 0
  // A margin that leaves little room would break every word.
  const indent = ' '.repeat(margin > columns / 2 ? 2 : margin)
  const lines: string[] = []
  let current = ''
  for (const word of line.split(/(?<! ) (?! )/)) {
    const longer = current === '' ? word : `${current} ${word}`
    const fits = stripVTControlCharacters(longer).length <= columns
    if (fits || current === '') current = longer
    else {
      lines.push(current)
      current = `${indent}${word}`
    }
  }
  return [...lines, current].join('\n')
}
