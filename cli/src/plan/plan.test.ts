import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Chain } from '@covenant/chain-client'
import { AGENT, answer, beginWorld, createShop, refused, run, type World } from '../testing.ts'

// From a file to what it would change, and from there to exactly that or nothing.
let world: World
let chain: Chain
let saved: string
let own: string

const OFFER = ['--node', '1', '--escrow', '1 COV']
const GROUP = ['--owner', 'group:1', ...OFFER]

before(async () => {
  world = await beginWorld()
  ;({ chain } = world)
  saved = join(world.folder, 'plan.json')
  own = join(world.folder, 'own.json')
  await createShop('20 COV')
})
after(() => world.end())

/** The file with something else in it; its path. */
function changed(from: string | RegExp, to: string): string {
  const path = join(world.folder, 'changed.yaml')
  const text = readFileSync(world.hello, 'utf8')
  assert.notEqual(text.replace(from, to), text)
  writeFileSync(path, text.replace(from, to))
  return path
}

async function accept(contract: number): Promise<void> {
  const { version, body } = (await chain.contracts.get(contract))!.pending!.spec
  const networkKey = `0x${'22'.repeat(32)}` as const
  await world.submit(AGENT, chain.calls.contracts.accept({ contract, version, body, networkKey }))
}

test('what is not there yet: all of it starts, for how much, where, and by whose weight', async () => {
  const plan = ['plan', world.hello, ...GROUP, '--member', '//Charlie']
  const { out, code } = await run(...plan, '-o', saved, '--exit-code')
  assert.equal(code, 3)
  for (const told of [
    /^Plan for "hello", owned by group 1 "shop", at block \d+\n\nA new contract on node 1\./,
    /\+ main {2}\(starts\)/,
    /now +0 COV a month\n +next +less than 0\.000001 COV a month/,
    /escrow +1 COV, lasts \d+ years/,
    /free there +cpu 2000m/,
    /It needs 51 of group 1\. Your 20 do not decide: 31 would be missing still/,
    /body hash +0x[0-9a-f]{64}\n +call hash +0x[0-9a-f]{64}/,
    /Next: covenant propose \S+plan\.json$/m,
  ]) {
    assert.match(out, told)
  }
  const unkept = await run(...plan)
  assert.equal(unkept.code, 0, 'without --exit-code')
  assert.match(
    unkept.out,
    /Next: covenant plan \S+ --node 1 --owner group:1 --escrow "1 COV" -o plan\.json, then covenant propose plan\.json\n/,
  )
})

test('a plan that still holds is proposed as the very call that it showed', async () => {
  const { call, bodyHash } = await answer('plan', world.hello, ...GROUP, '-o', saved)
  writeFileSync(`${world.hello}.later`, '')
  const proposed = await answer('propose', saved, '--key', '//Charlie')
  assert.deepEqual([proposed.address, proposed.call.hash], ['1/0', call.hash])
  assert.equal(proposed.bodyHash, bodyHash)
})

test('a plan of which anything moved is refused with code 5, and says what', async () => {
  const moving: [name: RegExp, move: () => Promise<unknown>][] = [
    [
      /the node changed/,
      async () => {
        const { total: resources, region, attributes, prices } = (await chain.nodes.get(1))!
        const dearer = { ...prices, cpu: prices.cpu + 1n }
        const update = { node: 1, resources, region, attributes, prices: dearer }
        await world.submit('//Ferdie', chain.calls.nodes.update(update))
      },
    ],
    [
      /the contracts beside it changed|what it would do, the contract changed/,
      () => answer('approve', '1/0', '--yes', '--key', '//Alice'),
    ],
    [
      /the group changed/,
      async () => {
        const { members, thresholds } = (await chain.groups.get(1))!
        const call = chain.calls.groups.setMembers({ members, thresholds })
        const expires = (await chain.clock.now()) + 3600
        await world.submit('//Alice', chain.calls.groups.propose({ group: 1, call, expires }))
        await answer('approve', '1/1', '--yes', '--key', '//Bob')
      },
    ],
  ]
  const other = changed('name: hello', 'name: other')
  for (const [message, move] of moving) {
    const file = message.source.includes('contract') ? world.hello : other
    await answer('plan', file, ...GROUP, '-o', saved)
    await move()
    await refused(5, message, 'propose', saved, '--key', '//Charlie')
  }
})

test('what runs as the file says needs nothing', async () => {
  await accept(1)
  const { out, code } = await run('plan', world.hello, ...GROUP, '--exit-code')
  assert.match(out, /Nothing to do: contract 1 on node 1 has this very body/)
  assert.equal(code, 0)
})

test('only what differs from what runs is shown, with what it does', async () => {
  const file = changed('cpu: 100m', 'cpu: 300m')
  const { out } = await run('plan', file, ...GROUP)
  assert.match(out, /Contract 1 on node 1 changes/)
  assert.match(
    out,
    /Changes\n {2}~ main\.resources\.cpu {2}\(restart\)\n {6}- 100\n {6}\+ 300\n\nMoney/,
  )
  assert.doesNotMatch(out, /^!/m)
})

test('what runs is updated as it was planned: proposed to its group, and accepted by its node', async () => {
  // All that the node has: it fits only where the contract's own reservation is counted as free.
  const file = changed('cpu: 100m', 'cpu: 2000m')
  const planned = await answer('plan', file, ...GROUP, '-o', saved)
  assert.deepEqual(
    [planned.parts[0].action, planned.refusals, planned.warnings],
    ['update', [], []],
  )
  const proposed = await answer('propose', saved, '--key', '//Charlie')
  assert.equal(proposed.call.hash, planned.call.hash)
  assert.match((await run('review', proposed.address)).out, /main\.resources\.cpu {2}\(restart\)/)
  await answer('approve', proposed.address, '--yes', '--key', '//Alice')
  const before = (await chain.contracts.get(1))!
  assert.deepEqual([before.running?.version, before.pending?.spec.version], [1, 2])
  assert.match((await run('contract', 'show', '1')).out, /update +version 2, body 0x/)
  await accept(1)
  const after = (await chain.contracts.get(1))!
  assert.deepEqual([after.running?.body, after.pending], [planned.bodyHash, null])
  assert.equal((await answer('plan', file, ...GROUP)).parts[0].action, 'none')
})

test('what the chain would refuse, and what would be too expensive, is said and not proposed', async () => {
  const other = changed('name: hello', 'name: other')
  const told = async (...words: string[]) => (await run('plan', other, ...words)).out
  assert.match(await told('--owner', 'group:1', '--node', '7'), /^! there is no node 7/m)
  assert.match(await told(...GROUP, '--max-rate', '5 units'), /^! node 1 costs .*above the limit/m)
  const rich = ['--owner', 'group:1', '--node', '1', '--escrow', '99 COV']
  assert.match(
    await told(...rich),
    /^! group 1 has too little money: 8\d\.\d+ COV more is needed \(covenant account send group:1 /m,
  )
  const huge = changed('cpu: 100m', 'cpu: 9000m')
  const { out } = await run('plan', huge, '--owner', '//Bob', ...OFFER)
  assert.match(out, /^! node 1 has too little cpu free now, and may decline/m)
})

test('an account carries its own plan out alone, and not twice', async () => {
  await answer('plan', world.hello, ...OFFER, '--key', '//Dave', '-o', own)
  await refused(2, /was made for .*sign with its key/, 'apply', own, '--yes', '--key', '//Bob')
  await refused(2, /is an account's own: covenant apply/, 'propose', own, '--key', '//Dave')
  const [{ contract }] = (await answer('apply', own, '--yes', '--key', '//Dave')).offers
  assert.equal((await chain.contracts.get(contract))?.state, 'Offered')
  await refused(5, /the contract changed since/, 'apply', own, '--yes', '--key', '//Dave')

  const file = changed('sleep 5', 'sleep 9')
  await answer('plan', file, ...OFFER, '--key', '//Dave', '-o', saved)
  const updated = await answer('apply', saved, '--yes', '--key', '//Dave')
  assert.deepEqual(updated.offers, [{ contract, version: 2, node: 1, state: null }])
})

test('an update plans and carries out at once, and begins nothing', async () => {
  const file = changed('sleep 5', 'sleep 11')
  const update = ['update', file, ...OFFER]
  await refused(1, /Nothing of "hello" runs on node 1 .* to begin it/, ...update, '--key', '//Bob')
  await refused(2, /nobody can be asked here/, ...update, '--no-input', '--key', '//Dave')
  const { out, err } = await run(...update, '--yes', '--key', '//Dave')
  assert.match(err, /- .*sleep 9.*\n +\+ .*sleep 11/)
  assert.match(out, /version 3 of contract \d+ is offered/)
  await refused(1, /Nothing to do/, ...update, '--key', '//Dave')

  const proposed = await answer(...update, '--owner', 'group:1', '--key', '//Charlie')
  assert.match(proposed.address, /^1\//)
})

test('what is no plan is refused, and so is one of another deployment file', async () => {
  await refused(2, /it is no JSON; give a plan/, 'apply', world.hello, '--key', '//Bob')
  await refused(2, /it cannot be read; give a plan/, 'propose', 'nowhere.json', '--key', '//Bob')
  const plan = JSON.parse(readFileSync(own, 'utf8'))
  writeFileSync(own, JSON.stringify({ ...plan, file: { name: 'x', text: 'kind: 1' } }))
  await refused(2, /another deployment file than it was made of/, 'apply', own, '--key', '//Dave')
  writeFileSync(own, JSON.stringify({ ...plan, genesisHash: '0x00' }))
  await refused(5, /it was made on the chain 0x00/, 'apply', own, '--key', '//Dave')
})

test('whom it is for has to be said once, and not twice differently', async () => {
  await refused(2, /Who is to own it\? Add --owner/, 'plan', world.hello, '--node', '1')
  const grouped = changed('services:', 'owner: group:1\nservices:')
  const other = ['plan', grouped, '--node', '1', '--owner', 'group:2']
  await refused(2, /changed\.yaml:\d+:8: owner: is another than --owner group:2/, ...other)
})
