import { ChainError } from '@covenant/chain-client'

/** For a process that a command starts: prints what `work` comes to, or what stood in its way, as one JSON object. */
export async function printAnswer(work: () => Promise<object>): Promise<void> {
  try {
    print(await work())
  } catch (error) {
    const { name, message } = error as Error
    const remedy = error instanceof ChainError ? `. ${error.remedy}` : ''
    print({ error: { name, message: message + remedy } })
  }
}

function print(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
