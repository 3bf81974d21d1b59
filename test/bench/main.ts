/** Runs one benchmark: `npm run bench -- NAME` calls what ./NAME.ts exports by default. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const [name = '', ...words] = process.argv.slice(2)
const file = join(import.meta.dirname, `${name}.ts`)
if (!/^[a-z][a-z-]*$/.test(name) || name === 'main' || !existsSync(file)) {
  const names = readdirSync(import.meta.dirname).flatMap((file) =>
    file.endsWith('.ts') && file !== 'main.ts' ? [file.slice(0, -'.ts'.length)] : [],
  )
  console.error(`npm run bench -- NAME, where NAME is one of: ${names.join(', ')}`)
  process.exit(2)
}
const { default: bench } = (await import(file)) as {
  default: (words: string[]) => void | Promise<void>
}
await bench(words)
