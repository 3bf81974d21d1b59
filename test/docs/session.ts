import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePorts, LAUNCHER, ROOT, until } from '../stack.ts'
import { blocksOf, type Example, examplesOf, printsAsShown, readDocument } from './document.ts'

/** The ports that the documents show; a session has its own, and is read as if it had these. */
const SHOWN_PORTS = ['9944', '4000', '4001']

/** What of a clone has to be there for its npm scripts; state goes into the folder beside it. */
const CLONE = ['package.json', 'node_modules', 'scripts', 'cli', 'examples']

export type SessionOptions = {
  /** A stack is there before the document begins. @default false */
  isRunning?: boolean
  /** The folder looks like a clone instead of being empty. @default false */
  inClone?: boolean
}

/** Runs one command; what it printed. */
type Run = (example: Example) => Promise<string>

/**
 * Plays a document from its top to its end as one person would, in an empty folder: its files are
 * written, its commands run in one shell, and what each prints is compared with what is shown.
 */
export async function playDocument(path: string, options: SessionOptions = {}): Promise<void> {
  const session = await openSession(options)
  try {
    if (options.isRunning) {
      await session.start({
        line: 0,
        command: 'covenant up',
        output: '…\nNext, in a second terminal: …\n',
      })
    }
    for (const block of blocksOf(readDocument(path))) {
      const [word = ''] = block.words
      if (block.kind === 'yaml' && word !== '') {
        writeFileSync(join(session.folder, word), session.asPlayed(block.text))
      }
      if (block.kind !== 'console') continue
      for (const example of examplesOf(block)) {
        const run = word === 'background' ? session.start : session.run
        const printed = await run(example)
        const where = `${path}:${example.line}: $ ${example.command}`
        assert.ok(
          printsAsShown(printed, example.output),
          `${where}\nprints\n${printed}\nnot, as is shown,\n${example.output}`,
        )
      }
    }
  } finally {
    await session.close()
  }
}

/** One person's shell, with `covenant` on its PATH and ports of its own. */
async function openSession({ inClone = false }: SessionOptions) {
  const home = mkdtempSync(join(tmpdir(), 'covenant-docs-'))
  const folder = join(home, 'work')
  const bin = join(home, 'bin')
  for (const each of [folder, bin]) mkdirSync(each)
  symlinkSync(LAUNCHER, join(bin, 'covenant'))
  if (inClone) for (const name of CLONE) symlinkSync(join(ROOT, name), join(folder, name))
  const ports = (await freePorts(3)).map(String)
  const swap = (from: string[], to: string[]) => (text: string) =>
    from.reduce((done, port, index) => done.replaceAll(`:${port}`, `:${to[index]}`), text)
  const asPlayed = swap(SHOWN_PORTS, ports)
  const asShown = (text: string) =>
    swap(
      ports,
      SHOWN_PORTS,
    )(text)
      .replaceAll(home, '/home/ada')
      .replaceAll(encodeURIComponent(home), encodeURIComponent('/home/ada'))
  const env = {
    ...process.env,
    // Keys and caches of its own; who runs the tests keeps theirs.
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    PATH: [bin, process.env['PATH']].join(delimiter),
    COVENANT_CHAIN_PORT: ports[0],
    COVENANT_API_PORT: ports[1],
    COVENANT_IMAGES_PORT: ports[2],
  }
  const background: { child: ChildProcess; closed: Promise<unknown> }[] = []
  const shell = spawn('bash', ['--noprofile', '--norc'], { cwd: folder, env, stdio: 'pipe' })
  const shellEnded = once(shell, 'exit')
  shell.stdin.write('exec 2>&1\n')
  let heard = ''
  shell.stdout.on('data', (chunk) => (heard += String(chunk)))

  const run: Run = async ({ command }) => {
    heard = ''
    const mark = `-- ${Math.random()} --`
    // Nobody types: what asks gets an end.
    shell.stdin.write(`{ ${asPlayed(command)}\n} </dev/null; printf '%s %d\\n' '${mark}' $?\n`)
    await until(() => (heard.includes(mark) && heard.endsWith('\n')) || shell.exitCode !== null)
    const [said = '', code = ''] = heard.split(mark)
    const printed = asShown(said === '' || said.endsWith('\n') ? said : `${said}\n`)
    assert.equal(code.trim(), '0', `$ ${command}\nends with ${code}:\n${printed}`)
    return printed
  }
  /** For what goes on until the end of the document; it has started once all that is shown was printed. */
  const start: Run = async ({ command, output }) => {
    // A group of its own, which gets what a terminal sends at Ctrl-C.
    const options = { cwd: folder, env, detached: true }
    const child = spawn('bash', ['-c', `exec ${asPlayed(command)}`], options)
    background.push({ child, closed: once(child, 'close') })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => (said += String(chunk)))
    }
    return until(() => {
      const printed = asShown(said)
      return (printsAsShown(printed, output) || child.exitCode !== null) && printed
    })
  }
  return {
    folder,
    asPlayed,
    run,
    start,
    close: async () => {
      for (const { child, closed } of background.toReversed()) {
        if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
        await closed
      }
      shell.stdin.end()
      await shellEnded
      rmSync(home, { recursive: true, force: true })
    },
  }
}
