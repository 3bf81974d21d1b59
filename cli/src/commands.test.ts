import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Command } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { ANSWERS, failure } from './answers.ts'
import { createProgram } from './commands.ts'
import { runCommand } from './run-command.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
/** A port that nobody listens on, so that what would reach out fails at once. */
let nowhere: number
const folder = mkdtempSync(join(tmpdir(), 'covenant-cli-'))
const file = join(folder, 'hello.yaml')

before(async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  nowhere = (server.address() as { port: number }).port
  await new Promise((resolve) => server.close(resolve))
  process.env['COVENANT_CHAIN'] = `ws://127.0.0.1:${nowhere}`
  process.env['COVENANT_API'] = `http://127.0.0.1:${nowhere}`
  delete process.env['COVENANT_KEY']
  writeFileSync(
    file,
    `apiVersion: covenant/v1
kind: Deployment
name: hello
owner: group:2
budget: { max: 1 COV, per: day }
placement: { node: 7 }
services:
  main:
    image: 127.0.0.1:4001/hello@sha256:${'0'.repeat(64)}
    command: [/bin/true]
    resources: { cpu: 100m, memory: 32Mi }
`,
  )
})
after(() => rmSync(folder, { recursive: true }))

async function run(line: string | readonly string[]) {
  let out = ''
  let err = ''
  const words = typeof line === 'string' ? line.split(' ').filter((word) => word !== '') : line
  const code = await runCommand(
    words.map((word) => word.replace('FILE', file).replace('FOLDER', folder)),
    { out: (text) => (out += text), err: (text) => (err += text) },
  )
  return { code, out, err }
}

const MEMBERS = '--member //Alice:50 --member //Bob:50'
const cases: [line: string, code: number, message: RegExp][] = [
  // Usage.
  ['', 2, /Usage: covenant/],
  ['group', 2, /Usage: covenant group/],
  ['contarct', 2, /unknown command 'contarct'\n\(Did you mean contract\?\)/],
  ['contract shwo 1', 2, /Did you mean show\?/],
  ['contract show', 2, /missing required argument 'contract'/],
  ['contract show 1 2', 2, /too many arguments/],
  ['contract show one', 2, /An id is a whole number/],
  ['contract show 1 --wiat running', 2, /unknown option '--wiat'\n\(Did you mean --wait\?\)/],
  ['contract show 1 --wait asleep', 2, /Allowed choices are running, closed/],
  ['contract show 1 --wait running --timeout 60', 2, /90s, 30m, 12h or 7d/],
  ['contract list --state Sleeping', 2, /Allowed choices are Offered, Running/],
  ['cancel 1 --as grp:1', 2, /A group is named by its id/],
  ['group create shop --deploy-threshold 1', 2, /'--member .*not specified/],
  [`group create shop ${MEMBERS}`, 2, /'--deploy-threshold .*not specified/],
  ['group create shop --member //Alice', 2, /Write NAME:WEIGHT, as in \/\/Alice:50/],
  [`group create shop ${MEMBERS} --deploy-threshold many`, 2, /A threshold is the weight/],
  [`group create shop ${MEMBERS} --deploy-threshold 51 --fund 5`, 2, /write it as "12\.5 COV"/],
  ['approve 1', 2, /named GROUP\/PROPOSAL, as in 3\/0/],
  ['approve 1/0 --chain http://127.0.0.1', 2, /named by ws:\/\/ or wss:\/\//],
  ['node list --api localhost', 2, /named by http:\/\/ or https:\/\//],
  ['account send //Alice 5', 2, /write it as "12\.5 COV"/],
  ['image pack /bin/sh', 2, /'--name <repository>' not specified/],
  ['image pack --name Hello --out FOLDER/images /bin/sh', 2, /named by lower-case words/],
  ['image pack --name hello --out FOLDER/images no-such-program', 2, /not a program on PATH/],
  ['up --chain-port 70000', 2, /A port is a number up to 65535/],
  ['proposals', 2, /Name a group, as in "covenant proposals 1", or --member/],
  ['proposals --member 5Grw', 2, /is not an address/],
  ['contract list --owner group:x', 2, /write it as in group:3/],
  ['image inspect 127.0.0.1:4001/hello', 2, /names no digest; "covenant image pin/],
  ['image inspect nginx@sha256:0', 2, /digest/],
  ['image push Hello 127.0.0.1:4001/hello', 2, /named as in hello or shop\/web/],
  [
    'image push hello 127.0.0.1:4001/hello --from FOLDER/none',
    2,
    /has no image hello: "covenant image pack/,
  ],
  ['image pin nginx', 2, /it must begin with the registry's host/],
  // Files and folders.
  ['validate FOLDER/nowhere.yaml', 2, /nowhere\.yaml: there is no such file/],
  ['init FILE', 2, /is there already, and is left as it is/],
  ['propose 1 FOLDER/nowhere.yaml --node 1', 2, /nowhere\.yaml: there is no such file/],
  ['propose 1 FOLDER --node 1', 2, /it cannot be read \(EISDIR\)/],
  ['propose 1 FILE', 2, /hello\.yaml:4:8: owner: is group:2, but group 1 would own it/],
  ['propose 2 FILE --node 8', 2, /hello\.yaml:6:20: placement\.node: is 7, but --node is 8/],
  [
    `group create shop ${MEMBERS} --deploy-threshold 51 --propose FILE`,
    2,
    /hello\.yaml:4:8: owner: the group is only now created/,
  ],
  ['node allow bob --data FOLDER', 2, /bob is no owner: write group:ID/],
  ['node allow group:1 --data FOLDER', 2, /policy\.yaml cannot be read: .*--data/],
  ['contract logs 1 --data FOLDER', 1, /holds no log: .* has not started contract 1/],
  ['contract logs 1 --data FOLDER --wait-for hello --timeout 1s', 6, /has not printed "hello"/],
  // Nobody answers.
  ['account show //Alice', 7, /No chain at ws:.*npm start.*--chain URL/],
  ['group show 1', 7, /No chain at/],
  ['propose 2 FILE --key //Alice', 7, /No chain at/],
  ['approve 1/0 --yes --key //Alice', 7, /No chain at/],
  ['contract show 1 --wait running', 7, /No chain at/],
  ['contract list', 7, /No API at http:.*npm start.*--api URL/],
  ['node list', 7, /No API at/],
  ['proposals 1', 7, /No API at/],
]
for (const [line, code, message] of cases) {
  test(`covenant ${line} ends with ${code}`, async () => {
    const result = await run(line)
    assert.match(result.err, message)
    assert.equal(result.code, code, result.err)
    assert.equal(result.out, '')
    assert.doesNotMatch(result.err, /\n\s+at .*:\d+:\d+/, 'no stack trace')
  })

  test(`covenant ${line} --json prints JSON alone`, async () => {
    const words = line.split(' ').filter((word) => word !== '')
    const result = await run([...words, '--json'])
    const { error } = failure.parse(JSON.parse(result.out))
    assert.equal(result.code, code)
    assert.equal(error.exitCode, code)
    assert.equal(typeof error.message, 'string')
  })
}

test('covenant --version prints the version of the package', async () => {
  const { code, out } = await run('--version')
  assert.deepEqual([code, out], [0, `${packageJson.version}\n`])
})

test('what succeeds prints JSON alone, too', async () => {
  const line = 'image pack --name hello --out FOLDER/images /bin/sh --json'
  const { code, out } = await run(line)
  assert.equal(code, 0)
  assert.match(JSON.parse(out).reference, /^127\.0\.0\.1:4001\/hello@sha256:[0-9a-f]{64}$/)
})

test('the port of the image endpoint is part of the reference', async () => {
  const line = 'image pack --name hello --out FOLDER/images --images-port 5005 /bin/sh --json'
  assert.match(JSON.parse((await run(line)).out).reference, /^127\.0\.0\.1:5005\/hello@/)
})

function verbs(command: Command, words: string[] = []): [words: string[], command: Command][] {
  const own: [string[], Command][] = command.commands.length === 0 ? [[words, command]] : []
  return [...own, ...command.commands.flatMap((child) => verbs(child, [...words, child.name()]))]
}

const createQuietProgram = () =>
  createProgram({
    context: {
      json: false,
      say: () => {},
      progress: () => {},
      waiting: () => () => {},
      emit: () => {},
      password: () => Promise.resolve(''),
      confirm: () => Promise.resolve(false),
    },
    print: () => {},
    output: {},
  })
const known = verbs(createQuietProgram()).map(([words]) => words)

test('there are commands', () => assert.ok(known.length >= 19))

test('every command that answers has a shape for its answer, and no other has one', () => {
  const names = known.map((words) => words.join(' '))
  const running = new Set(['agent', 'demo', 'node run', 'up'])
  assert.deepEqual(
    names.filter((name) => !running.has(name)).toSorted(),
    Object.keys(ANSWERS).toSorted(),
  )
})

test('what has nothing to do with a chain loads none of its libraries', () => {
  const hook = `import { registerHooks } from 'node:module'
    registerHooks({ load: (url, context, next) => (process._rawDebug(url), next(url, context)) })`
  const { stderr, status } = spawnSync(
    process.execPath,
    [`--import=data:text/javascript,${encodeURIComponent(hook)}`, MAIN, 'approve', '--help'],
    { encoding: 'utf8' },
  )
  assert.equal(status, 0)
  assert.match(stderr, /cli\/src\/commands\.ts/)
  assert.doesNotMatch(stderr, /polkadot|chain-client|zod|clack/)
})

for (const words of known) {
  const name = words.join(' ')
  test(`covenant ${name} --help shows an example that this command would take`, async () => {
    const { code, out } = await run([...words, '--help'])
    assert.equal(code, 0)
    assert.match(out, /--json/)
    const example = /\nExample:\n {2}\$ covenant (.*)$/s.exec(out)?.[1] ?? ''
    assert.ok(example.startsWith(name), example)

    const program = createQuietProgram()
    const ran: string[] = []
    for (const [verb, command] of verbs(program)) {
      command.action(() => void ran.push(verb.join(' ')))
    }
    await program.parseAsync(shellWords(example), { from: 'user' })
    assert.deepEqual(ran, [name])
  })
}

/** As a shell splits a line: quotes hold together, a backslash goes on. */
function shellWords(line: string): string[] {
  const words = line.replaceAll('\\\n', ' ').matchAll(/"([^"]*)"|(\S+)/g)
  return [...words].map(([, quoted, bare]) => quoted ?? bare ?? '')
}
