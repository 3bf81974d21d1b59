import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { signerFromUri, type Chain } from '@covenant/chain-client'
import { watchInbox } from './commands/overview/inbox.ts'
import { createExecutor } from './inbox-exec.ts'
import type { Inbox } from './inbox.ts'
import { AGENT, answer, beginWorld, createShop, refused, run, type World } from './testing.ts'

// What awaits whom, and waiting until it has come about.
let world: World
let chain: Chain

before(async () => {
  world = await beginWorld()
  ;({ chain } = world)
  await createShop('20 COV')
})
after(() => world.end())

const OFFER = ['--node', '1', '--escrow', '1 COV', '--key', '//Charlie']
let names = 0
/** The file under a name that nothing has yet, so that it is always a new contract. */
function fresh(): string {
  names += 1
  const path = join(world.folder, `fresh-${names}.yaml`)
  const text = readFileSync(world.hello, 'utf8').replace('name: hello', `name: hello-${names}`)
  writeFileSync(path, text)
  return path
}
const propose = (...words: string[]) => answer('propose', '1', fresh(), ...OFFER, ...words)
const inboxOf = (who: string): Promise<Inbox> => answer('inbox', '--key', who)
const items = async (who: string) =>
  (await inboxOf(who)).items.map(({ address, why }) => [address, why])

const answerOffer = (contract: number, how: 'accept' | 'decline') =>
  world.answerOffer(AGENT, contract, how)

test('an inbox has what one’s vote decides, then what awaits it, and nothing for a stranger', async () => {
  const { address } = await propose()
  assert.deepEqual(await items('//Alice'), [[address, 'decides']])
  assert.deepEqual(await items('//Bob'), [[address, 'awaits']])
  assert.deepEqual(await items('//Charlie'), [], 'who has voted, and it does not expire soon')
  assert.deepEqual(await items('//Dave'), [])
  const { out } = await run('inbox', '--member', '//Alice')
  assert.match(
    out,
    /^Your vote decides\n {2}1\/0 {2}group 1 "shop" runs "hello-1" on node 1.*\n.*31 missing, you weigh 50, expires in [56] days\n.*covenant review 1\/0/,
  )
  await refused(2, /For whom\? Add --member/, 'inbox')
})

test('a watched inbox tells again when something has come, and not when only time has passed', async () => {
  const told: string[][] = []
  const over = new AbortController()
  const watching = watchInbox(
    chain,
    signerFromUri('//Bob').address,
    ({ items }) => {
      told.push(items.map(({ address }) => address))
      if (told.length === 2) over.abort()
    },
    over.signal,
  )
  const { height } = await chain.finalizedHead()
  // A block in which nothing concerns Bob.
  await world.travel(1)
  await propose()
  await watching
  assert.deepEqual(told, [['1/0'], ['1/0', '1/1']])
  assert.ok((await chain.finalizedHead()).height >= height + 2)
})

/** A program that does this with each entry; its path. */
function program(name: string, script: string): string {
  const path = join(world.folder, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return path
}

test('a program is run for each new entry, with it on stdin and in variables, and is no shell’s word', async () => {
  const seen = join(world.folder, 'seen')
  const note = `echo "$COVENANT_PROPOSAL $COVENANT_WHY $#" >> ${seen}; cat >> ${seen}`
  const { code, err } = await run('inbox', '--key', '//Alice', '--exec', program('note', note))
  assert.equal(code, 0, err)
  const lines = readFileSync(seen, 'utf8').trimEnd().split('\n')
  assert.deepEqual([lines[0], lines[2]], ['1/0 decides 0', '1/1 decides 0'])
  const { address, sentence, member } = JSON.parse(lines[1]!)
  assert.deepEqual([address, member], ['1/0', signerFromUri('//Alice').address])
  assert.match(sentence, /^runs "hello-1" on node 1/)
  const shell = await run('inbox', '--key', '//Alice', '--exec', `touch ${seen}-too; true`)
  assert.match(shell.err, /there is no such program; arguments are not taken, so write a script/)
  assert.equal(shell.code, 1)
  assert.ok(!existsSync(`${seen}-too`))
})

test('a program that fails is told, and the inbox goes on with the next entry and the next block', async () => {
  const seen = join(world.folder, 'attempts')
  const failing = program('failing', `echo "$COVENANT_PROPOSAL" >> ${seen}; exit 3`)
  const attempts = () => (existsSync(seen) ? readFileSync(seen, 'utf8').trimEnd().split('\n') : [])
  let said = ''
  const executor = createExecutor(failing, chain.endpoint, (line) => (said += `${line}\n`))
  const over = new AbortController()
  const watching = watchInbox(
    chain,
    signerFromUri('//Bob').address,
    async (found) => {
      await executor.run(found)
      if (attempts().length === 3) over.abort()
    },
    over.signal,
  )
  while (attempts().length < 2) await world.travel(1)
  const { address } = await propose()
  await watching
  assert.deepEqual(attempts(), ['1/0', '1/1', address], 'each once')
  assert.equal(
    said.match(/failing: it ended with 3, for 1\/\d \(awaits\); the inbox goes on/g)?.length,
    3,
  )
  await answer('withdraw', address, '--yes', '--key', '//Charlie')
})

test('what one approved is told again when it expires within a day, and then that it has expired', async () => {
  const file = fresh()
  const soon = ['--expires', '20h', '--deadline', '7d']
  const { address } = await answer('propose', '1', file, ...OFFER, ...soon)
  const mine = async () => (await items('//Charlie')).filter(([which]) => which === address)
  assert.deepEqual(await mine(), [[address, 'expires soon']])
  const { out } = await run('inbox', '--key', '//Charlie')
  assert.match(out, /You approved, and it expires soon\n[^]*expires in (19|20) hours/)
  await answer('withdraw', address, '--yes', '--key', '//Charlie')
  assert.deepEqual(await mine(), [], 'what is gone matters no more')

  const short = ['--expires', '2m', '--deadline', '7d']
  const brief = await answer('propose', '1', file, ...OFFER, ...short)
  await world.travel(180)
  const told = (await inboxOf('//Charlie')).items.find((item) => item.address === brief.address)
  assert.equal(told?.why, 'stale')
  assert.match(told?.reasons[0] ?? '', /^it has expired at /)
  const others = (await items('//Bob')).map(([which]) => which)
  assert.ok(!others.includes(brief.address), 'nobody else is told')
  await answer('clear', brief.address, '--key', '//Bob')
})

test('a wait for the quorum ends with the vote of another that decides, and tells each vote', async () => {
  const waiting = run('approve', '1/0', '--yes', '--wait', 'quorum', '--key', '//Bob', '--json')
  while ((await chain.groups.proposal(1, 0))?.votes.length === 1) await world.travel(1)
  await answer('approve', '1/0', '--yes', '--key', '//Alice')
  const { out, err, code } = await waiting
  const { waited, closed } = JSON.parse(out)
  assert.deepEqual([code, closed, waited.decided], [0, null, 'Executed'])
  assert.deepEqual(waited.offers, [{ contract: 1, version: 1, node: 1, state: null }])
  const told = err.split('\n').filter((line) => line.startsWith('{'))
  assert.deepEqual(
    told.map((line) => JSON.parse(line)).map(({ member, weight }) => [member, weight]),
    [[signerFromUri('//Alice').address, 50]],
  )
})

test('status shows what one’s groups have on the chain, and how long the money lasts', async () => {
  const { out } = await run('status', '--key', '//Bob')
  assert.match(out, /a member of 2 groups, at/)
  assert.match(
    out,
    /\n1 +hello-1 +Offered +group:1 +1 +less than .* a month +\d+ years once accepted\n/,
  )
  assert.match(out, /Waiting for your vote: 1 proposal\. Look: covenant inbox/)
})

test('a wait for what runs ends when it does, and at once when the node declines', async () => {
  const running = answer('approve', '1/1', '--yes', '--wait=running', '--key', '//Alice')
  while ((await chain.contracts.get(2)) === null) await world.travel(1)
  await answerOffer(2, 'accept')
  const offered = { contract: 2, version: 1, node: 1, state: 'Running' }
  assert.deepEqual((await running).waited, { decided: 'Executed', offers: [offered] })
  const { contracts } = await answer('status', '--key', '//Bob')
  const [waiting, funded] = [contracts[0], contracts[1]]
  assert.deepEqual([waiting.state, waiting.fundedUntil], ['Offered', null])
  const { escrow, settledAt } = (await chain.contracts.get(2))!
  assert.deepEqual([funded.state, funded.isUsedUp], ['Running', false])
  const seconds = (escrow + BigInt(funded.rate) - 1n) / BigInt(funded.rate)
  const live = (await chain.nodes.get(1))!
  const ahead = BigInt(settledAt - live.live) + BigInt(live.lastSeen!)
  assert.equal(BigInt(funded.fundedUntil), ahead + seconds)
  assert.match(
    (await run('status', '--key', '//Bob')).out,
    /\n2 +hello-\d+ +Running .* for \d+ years\n/,
  )

  const { address } = await propose()
  const declined = run('approve', address, '--yes', '--wait=running', '--key', '//Alice')
  while ((await chain.contracts.get(3)) === null) await world.travel(1)
  await answerOffer(3, 'decline')
  const { code, err } = await declined
  assert.match(err, /Contract 3 is Closed \(Declined\(Image\)\) and will not run/)
  assert.equal(code, 4)
})

test('a wait for an update ends when its version runs, and at once when the node declines that', async () => {
  const path = fresh()
  await answer('propose', '1', path, ...OFFER)
  const { nextProposal } = (await chain.groups.get(1))!
  const { offers } = await answer('approve', `1/${nextProposal - 1}`, '--yes', '--key', '//Alice')
  const id = offers[0].contract
  await answerOffer(id, 'accept')
  const changed = (from: string, to: string) =>
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
  const updating = (how: 'accept' | 'decline') => async () => {
    const { address } = await answer('propose', '1', path, ...OFFER)
    const waiting = run('approve', address, '--yes', '--wait=running', '--json', '--key', '//Alice')
    while ((await chain.contracts.get(id))?.pending === null) await world.travel(1)
    await answerOffer(id, how)
    return waiting
  }
  changed('sleep 5', 'sleep 6')
  const accepted = await updating('accept')()
  assert.deepEqual(JSON.parse(accepted.out).waited.offers, [
    { contract: id, version: 2, node: 1, state: 'Running' },
  ])
  changed('sleep 6', 'sleep 7')
  const declined = await updating('decline')()
  assert.match(
    declined.err + declined.out,
    /Version 3 of contract \d+ will not run: its node declined it/,
  )
  assert.equal(declined.code, 4)
})

test('a wait for what runs ends at once when its node reports that it does not', async () => {
  const { address } = await propose()
  const waiting = run('approve', address, '--yes', '--key', '//Bob')
  await waiting
  const { offers } = await answer('approve', address, '--yes', '--key', '//Alice')
  const { contract } = offers[0]
  await answerOffer(contract, 'accept')
  await world.submit(AGENT, chain.calls.contracts.report({ contract, health: 'Unhealthy' }))
  const show = ['contract', 'show', String(contract), '--wait', 'running']
  await refused(4, /accepted, but its node reports it Unhealthy/, ...show)
})

test('--wait none ends once the chain has the transaction, and says only that', async () => {
  const { nextProposal } = (await chain.groups.get(1))!
  const left = await answer('propose', '1', fresh(), ...OFFER, '--wait', 'none')
  assert.equal(left.call.pallet, 'utility')
  while ((await chain.groups.proposal(1, nextProposal)) === null) await world.travel(1)
})

test('a proposal that goes stale ends the wait for its quorum, and is told to who proposed it', async () => {
  const waiting = run('propose', '1', fresh(), ...OFFER, '--wait', 'quorum')
  const { nextProposal, members, thresholds } = (await chain.groups.get(1))!
  while ((await chain.groups.proposal(1, nextProposal)) === null) await world.travel(1)
  const call = chain.calls.groups.setMembers({ members, thresholds: { ...thresholds, cancel: 50 } })
  const expires = (await chain.clock.now()) + 3600
  await world.submit('//Alice', chain.calls.groups.propose({ group: 1, call, expires }))
  await answer('approve', `1/${nextProposal + 1}`, '--yes', '--key', '//Bob')
  const { code, err } = await waiting
  assert.match(err, /is stale: members or thresholds of the group have changed/)
  assert.equal(code, 4)
  const { out } = await run('inbox', '--key', '//Charlie')
  assert.match(out, /Went stale\n.*1\/\d+[^]*members or thresholds of the group have changed since/)
  assert.deepEqual(await items('//Bob'), [], 'it is over for those who never approved it')
})

test('Ctrl-C ends the waiting alone, and says how to go on', async () => {
  const waiting = run('propose', '1', fresh(), ...OFFER, '--wait', 'quorum')
  const { nextProposal } = (await chain.groups.get(1))!
  while ((await chain.groups.proposal(1, nextProposal)) === null) await world.travel(1)
  while (process.listenerCount('SIGINT') === 0) await world.travel(1)
  process.emit('SIGINT')
  const { code, err } = await waiting
  assert.match(err, /Stopped waiting; .* Look again: covenant (review|status)/)
  assert.equal(code, 130)
  assert.notEqual(await chain.groups.proposal(1, nextProposal), null)
})

test('a wait that is over says so, and what to do', async () => {
  const propose = ['propose', '1', fresh(), ...OFFER, '--wait', 'quorum', '--timeout', '1s']
  const { code, err } = await run(...propose)
  assert.match(err, /is not decided after 1 s; look again: covenant review 1\/\d+/)
  assert.equal(code, 6)
})
