import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import type { AgentStatus, ServiceStatus } from '@covenant/schema/agent-status'
import { DEFAULT_POLICY, parsePolicy } from '@covenant/schema/policy'
import { runCommand } from './run-command.ts'

// What an agent on this machine leaves in its folder, and the commands that read and change it.
const root = mkdtempSync(join(tmpdir(), 'covenant-agent-'))
after(() => rmSync(root, { recursive: true }))

let data: string
let agent: string
beforeEach(() => {
  data = mkdtempSync(join(root, 'data-'))
  agent = join(data, 'agent')
  mkdirSync(join(agent, 'logs', '7'), { recursive: true })
})

async function run(...words: string[]) {
  let out = ''
  let err = ''
  const code = await runCommand([...words, '--data', data], {
    out: (text) => (out += text),
    err: (text) => (err += text),
  })
  return { code, out, err }
}

const log = (name: string, text: string) => writeFileSync(join(agent, 'logs', '7', name), text)

function writeStatus(state: ServiceStatus['state']): void {
  const service: ServiceStatus = {
    name: 'main',
    state,
    pid: null,
    startedAt: null,
    restarts: 0,
    exitCode: null,
    error: null,
    health: null,
    healthProblem: null,
    nextStart: null,
  }
  const status: AgentStatus = {
    writtenAt: new Date(0).toISOString(),
    pid: process.pid,
    node: 1,
    agent: 'x',
    sealingKey: '0x',
    networkKey: '0x',
    chain: { endpoint: 'ws://127.0.0.1:1', problem: null },
    api: { url: 'http://127.0.0.1:1', problem: null },
    policyProblem: null,
    sandbox: { works: false, message: 'no', remedy: 'none' },
    contracts: [{ id: 7, version: 1, state: 'running', detail: null, services: [service] }],
  }
  writeFileSync(join(agent, 'status.json'), JSON.stringify(status))
}

test('a log is printed whole, with what was put aside when it grew', async () => {
  log('main.log.1', 'older\n')
  log('main.log', 'newer\n')
  assert.deepEqual(await run('contract', 'logs', '7'), { code: 0, out: 'older\nnewer\n', err: '' })
})

test('of several services one has to be chosen', async () => {
  log('web.log', 'from web\n')
  log('db.log', 'from db\n')
  const which = await run('contract', 'logs', '7')
  assert.equal(which.code, 2)
  assert.match(which.err, /several services; choose with --service: db, web/)
  assert.equal((await run('contract', 'logs', '7', '--service', 'web')).out, 'from web\n')
  assert.match((await run('contract', 'logs', '7', '--service', 'x')).err, /has no service x/)
})

test('a text that comes later is waited for', async () => {
  const waiting = run('contract', 'logs', '7', '--wait-for', 'ready', '--timeout', '30s')
  log('main.log', 'starting\nready\n')
  assert.equal((await waiting).out, 'starting\nready\n')
})

test('waiting until a program has stopped ends when the agent says so', async () => {
  log('main.log', 'bye\n')
  writeStatus('running')
  const stop = ['contract', 'logs', '7', '--wait-stopped', '--timeout'] as const
  assert.equal((await run(...stop, '1s')).code, 6)
  const waiting = run(...stop, '30s')
  writeStatus('ended')
  assert.equal((await waiting).code, 0)
})

test('an owner is added to the policy once, and what a person wrote stays', async () => {
  const policy = join(agent, 'policy.yaml')
  writeFileSync(policy, DEFAULT_POLICY)
  assert.equal((await run('node', 'allow', 'group:3')).code, 0)
  assert.match((await run('node', 'allow', 'group:3')).out, /already/)
  assert.match(
    (await run('node', 'allow', '//Alice')).out,
    /accepts contracts of 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY now/,
  )
  const text = readFileSync(policy, 'utf8')
  const alice = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'
  assert.deepEqual(parsePolicy(text, policy).owners, ['group:3', alice])
  for (const line of DEFAULT_POLICY.split('\n').filter((line) => line.includes('#'))) {
    assert.ok(text.includes(line), line)
  }
})

test('a policy with a mistake is told with its place, and left as it is', async () => {
  const policy = join(agent, 'policy.yaml')
  const broken = DEFAULT_POLICY.replace('owners:', 'owner:')
  writeFileSync(policy, broken)
  const { code, err } = await run('node', 'allow', 'group:3')
  assert.equal(code, 2)
  assert.match(err, /policy\.yaml:\d+:\d+: owner: unknown key/)
  assert.equal(readFileSync(policy, 'utf8'), broken)
})

test('a policy file is checked, and all that is wrong with it is said with its place', async () => {
  const policy = join(data, 'mine.yaml')
  const check = async (text: string) => {
    writeFileSync(policy, text)
    let out = ''
    let err = ''
    const code = await runCommand(['node', 'policy', 'check', policy], {
      out: (text) => (out += text),
      err: (text) => (err += text),
    })
    return { code, out, err }
  }
  const well = await check(DEFAULT_POLICY.replace('owners: []', 'owners: [group:3]'))
  assert.equal(well.code, 0)
  assert.match(well.out, /accepts contracts of\s+group:3/)
  const wrong = await check(
    DEFAULT_POLICY.replace('owners: []', 'owners: [me]').replace('cpu:', 'cpus:'),
  )
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /mine\.yaml:7:10: owners\.0: not an owner/)
  assert.match(wrong.err, /mine\.yaml:\d+:\d+: max\.cpus: unknown key/)
})

test('what the agent does is shown, and whether it still does', async () => {
  const before = await run('node', 'status')
  assert.equal(before.code, 1)
  assert.match(before.err, /no agent has run there/)
  writeStatus('running')
  const running = await run('node', 'status')
  assert.equal(running.code, 0)
  assert.match(running.out, new RegExp(`runs\\s+yes, as process ${process.pid}`))
  assert.match(running.out, /main\s+running/)
  const file = join(agent, 'status.json')
  const gone = { ...JSON.parse(readFileSync(file, 'utf8')), pid: 2 ** 30 }
  writeFileSync(file, JSON.stringify(gone))
  const stopped = await run('node', 'status')
  assert.equal(stopped.code, 1)
  assert.match(stopped.out, /no, not since 1970-01-01/)
})

test('the operator reads the log of a contract', async () => {
  log('main.log', 'hello\n')
  assert.equal((await run('node', 'logs', '7')).out, 'hello\n')
})

test('a node of its own folder is found there', async () => {
  data = agent
  log('main.log', 'here\n')
  assert.equal((await run('contract', 'logs', '7')).out, 'here\n')
})
