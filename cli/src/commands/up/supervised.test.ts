import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { identifyProcess } from '@covenant/service/process-identity'
import { endLeftovers, recordProcesses } from './leftovers.ts'
import { supervise, type SupervisorEvent } from './supervised.ts'

const scratch = mkdtempSync(join(tmpdir(), 'covenant-up-'))
after(() => rmSync(scratch, { recursive: true }))

/** A supervised service of the given source, with a way to wait for what happens to it. */
function trial(name: string, source: string) {
  const entry = join(scratch, `${name}.mjs`)
  writeFileSync(entry, source)
  const events: SupervisorEvent[] = []
  const waiting = new Set<() => void>()
  const processFile = join(scratch, `${name}.json`)
  const logFile = join(scratch, `${name}.log`)
  const supervised = supervise({
    definition: { name: `covenant-${name}`, entry, args: [] },
    logFile,
    processes: recordProcesses(processFile),
    onEvent: (event) => {
      events.push(event)
      for (const look of waiting) look()
    },
  })
  const until = (done: (events: SupervisorEvent[]) => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (done(events)) resolve()
      }
      waiting.add(look)
      look()
    })
  return { supervised, events, until, processFile, logFile }
}

const WORKS = `
  process.on('SIGTERM', () => process.exit(0))
  process.send({ type: 'ready', facts: { pid: process.pid } })
  setInterval(() => {}, 1000)`

test('a process that for a while cannot be started is tried again until it can', async () => {
  const { supervised, until, logFile } = trial('hindered', WORKS)
  const { pid } = await supervised.start()
  rmSync(logFile)
  mkdirSync(logFile)
  process.kill(Number(pid), 'SIGKILL')
  const isHindered = (event: SupervisorEvent) =>
    event.type === 'ended' && event.how.startsWith('could not be started (EISDIR')
  await until((seen) => seen.some(isHindered))
  rmSync(logFile, { recursive: true })
  await until((seen) => seen.filter(({ type }) => type === 'ready').length === 2)
  await supervised.stop()
})

test('a process that dies is started again, and one that is stopped is not', async () => {
  const { supervised, events, until, processFile } = trial('works', WORKS)
  const { pid } = await supervised.start()
  const cmdline = readFileSync(`/proc/${Number(pid)}/cmdline`, 'utf8')
  assert.match(cmdline, /covenant-works/)
  process.kill(Number(pid), 'SIGKILL')
  await until((seen) => seen.filter(({ type }) => type === 'ready').length === 2)
  assert.deepEqual(
    events.map(({ type }) => type),
    ['ready', 'ended', 'ready'],
  )
  const second = events.findLast((event) => event.type === 'ready')
  assert.notEqual(second?.facts['pid'], pid)
  await supervised.stop()
  assert.equal(identifyProcess(Number(second?.facts['pid'])), undefined)
  assert.equal(events.length, 3)
  assert.ok(!existsSync(processFile), 'the list of processes is empty and gone')
})

test('the delay before a restart grows while a process keeps falling', async () => {
  const { supervised, events, until } = trial(
    'falls',
    `process.send({ type: 'ready', facts: {} }, () => process.exit(3))`,
  )
  await supervised.start()
  await until((seen) => seen.filter(({ type }) => type === 'ended').length === 3)
  await supervised.stop()
  const delays = events.flatMap((event) => (event.type === 'ended' ? [event.restartInMs] : []))
  assert.deepEqual(delays, [500, 1000, 2000])
})

test('a process that fails before it is ready is an error with its own words, not a loop', async () => {
  const { supervised } = trial(
    'fails',
    `process.send({ type: 'failed', message: 'port 1 is taken' }, () => process.exit(1))`,
  )
  await assert.rejects(supervised.start(), /port 1 is taken/)
})

test('what a killed supervisor left is found and ended by the next start', async () => {
  const { supervised, processFile } = trial('left', WORKS)
  const { pid } = await supervised.start()
  const listed = readFileSync(processFile, 'utf8')
  const asLeft = join(scratch, 'left-over.json')
  writeFileSync(asLeft, listed)
  const stopped = supervised.stop.bind(supervised)
  assert.deepEqual(await endLeftovers(asLeft), ['covenant-left'])
  assert.equal(identifyProcess(Number(pid)), undefined)
  await stopped()
})

test('an id that another process has by now is left alone', async () => {
  const file = join(scratch, 'reused.json')
  writeFileSync(file, JSON.stringify([{ name: 'x', pid: process.pid, startTime: '1' }]))
  assert.deepEqual(await endLeftovers(file), [])
})
