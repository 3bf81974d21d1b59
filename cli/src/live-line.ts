/** One line at the bottom of a terminal that changes while a command waits. */
import { stripVTControlCharacters, styleText } from 'node:util'

export type LiveLine = {
  /** Prints text above it. */
  above: (text: string) => void
  /** Shows `what` and the seconds since; until the function that it returns is called. */
  show: (what: string) => () => void
}

const ERASE = '\r\u001B[2K'
const EVERY_MS = 1_000

/** `columns` is the terminal's width, undefined where there is none: then nothing is ever shown. */
export function createLiveLine(
  write: (text: string) => void,
  columns: number | undefined,
): LiveLine {
  let drawn: (() => void) | undefined
  return {
    above(text) {
      write(drawn === undefined ? text : ERASE + text)
      drawn?.()
    },
    show(what) {
      if (columns === undefined) return () => {}
      const began = Date.now()
      drawn = () => {
        const seconds = Math.floor((Date.now() - began) / 1000)
        const line = stripVTControlCharacters(`${seconds} s, ${what}; Ctrl-C stops waiting alone`)
        write(`${ERASE}${styleText('dim', line.slice(0, columns - 1))}`)
      }
      drawn()
      const timer = setInterval(drawn, EVERY_MS)
      return () => {
        clearInterval(timer)
        drawn = undefined
        write(ERASE)
      }
    },
  }
}
