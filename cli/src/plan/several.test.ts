import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Chain } from '@covenant/chain-client'
import { answer, beginWorld, createShop, COV, refused, run, type World } from '../testing.ts'

// One file, several nodes: one proposal, which creates every contract or none.
let world: World
let chain: Chain
const OWNER = ['--owner', 'group:1', '--member', '//Charlie']

before(async () => {
  world = await beginWorld()
  ;({ chain } = world)
  await world.addNode('//Eve', { node: 2, region: 'us', cpuPrice: 900n })
  await world.addNode('//Dave', { node: 3, region: 'eu', cpuPrice: 800n })
  await createShop('50 COV')
})
after(() => world.end())

/** The example under another name, with this placement; its path. */
function placed(name: string, placement: string): string {
  const path = join(world.folder, `${name}.yaml`)
  const text = readFileSync(world.hello, 'utf8')
    .replace('name: hello', `name: ${name}\nplacement: ${placement}`)
    .replace(/budget: .*/, 'budget: { max: 10 COV, per: month }')
  writeFileSync(path, text)
  return path
}

const plannedNodes = async (...words: string[]) =>
  (await answer('plan', ...words)).parts.map(({ node }: { node: number }) => node)

test('a plan of two nodes tells each, the sum, and each one’s part of the budget', async () => {
  const file = placed('two', '{ nodes: [1, 2] }')
  const { out } = await run('plan', file, ...OWNER)
  assert.match(
    out,
    /All of it together, or none:\nA new contract on node 1\.\nA new contract on node 2/,
  )
  assert.match(out, /Changes on node 1, 2\n {2}\+ main {2}\(starts\)/)
  assert.match(out, /a month for each; above it the chain refuses\n +escrow +10 COV, lasts/)
  assert.match(out, /Node 1\n[^]*free there[^]*Node 2\n[^]*free there/)
  const { parts, maxRate, rate } = await answer('plan', file, ...OWNER)
  assert.deepEqual(
    parts.map(({ escrow }: { escrow: string }) => BigInt(escrow)),
    [5n * COV, 5n * COV],
  )
  assert.ok(BigInt(maxRate) * 2n * 2_592_000n <= 10n * COV)
  const each = (cpu: bigint) => 100n * cpu + 32n * 1000n + 16n * 10n
  assert.equal(BigInt(rate), each(1000n) + each(900n))
})

test('replicas go to the cheapest nodes that have room, of the regions that are named', async () => {
  assert.deepEqual(await plannedNodes(placed('any', '{ replicas: 2 }'), ...OWNER), [2, 3])
  const eu = placed('eu', '{ nodes: { region: [eu] }, replicas: 2 }')
  assert.deepEqual(await plannedNodes(eu, ...OWNER), [1, 3])
  const us = placed('us', '{ nodes: { region: [us] } }')
  assert.deepEqual(await plannedNodes(us, ...OWNER), [2])
  const three = placed('three', '{ nodes: { region: [eu] }, replicas: 3 }')
  await refused(1, /3 nodes are to run it, and 2 of the 2 in eu can/, 'plan', three, ...OWNER)
  const dear = ['--max-rate', '120000 units']
  const any = placed('dear', '{ replicas: 3 }')
  await refused(
    1,
    /and 1 of the 3 on this chain can; node 1 costs .*; node 2 costs/,
    'plan',
    any,
    ...OWNER,
    ...dear,
  )
  assert.deepEqual(
    await plannedNodes(placed('flag', '{ replicas: 2 }'), ...OWNER, '--node=1', '--node=2'),
    [1, 2],
  )
  await refused(
    2,
    /2 of these are to run it, and --node names 1/,
    'plan',
    placed('flag', '{ replicas: 2 }'),
    ...OWNER,
    '--node=1',
  )
})

let address: string

test('what was planned is one proposal, whose review tells each of its calls and the one body', async () => {
  const saved = join(world.folder, 'two.json')
  const file = placed('two', '{ nodes: [1, 2] }')
  const planned = await answer('plan', file, ...OWNER, '-o', saved)
  const proposed = await answer('propose', saved, '--key', '//Charlie')
  assert.equal(proposed.call.hash, planned.call.hash)
  ;({ address } = proposed)
  const { out } = await run('review', address, '--verify', file)
  for (const told of [
    /does all of these 2, or none: runs "two" on node 1.*; runs "two" on node 2/,
    new RegExp(
      `1\\. contracts\\.create: runs "two" on node 1.*\\n +body ${proposed.bodyHash}\\n +2\\. contracts\\.create: runs "two" on node 2.*\\n +body ${proposed.bodyHash}`,
    ),
    /Money in all\n +takes +1\d(\.\d+)? COV of what is free\n +costs .* more than now/,
    /1, 2\. What runs\n +service main/,
    /two\.yaml is what would run/,
  ]) {
    assert.match(out, told)
  }
  assert.doesNotMatch(out, /^!/m)
  assert.equal(out.match(/body hash/g)?.length, 1, 'one body, told once')
})

test('if one of them cannot be created, none is, and the proposal stays as it was', async () => {
  const { total, region, attributes, prices } = (await chain.nodes.get(2))!
  const update = (cpu: bigint) =>
    world.submit(
      '//Eve',
      chain.calls.nodes.update({
        ...{ node: 2, resources: total, region, attributes, prices: { ...prices, cpu } },
      }),
    )
  await update(COV)
  assert.match((await run('review', address)).out, /^! 2\. node 2 now costs .*, above the limit/m)
  const next = await chain.contracts.nextId()
  const refusal = /The chain refused it .*: contracts\.\w+/
  await refused(1, refusal, 'approve', address, '--yes', '--key', '//Alice')
  assert.equal(await chain.contracts.nextId(), next)
  assert.deepEqual(await chain.contracts.ofOwner(chain.groups.accountOf(1)), [])
  assert.equal((await chain.groups.proposal(1, 0))?.votes.length, 1)
  await update(prices.cpu)
})

test('one vote creates both, and the wait is for both', async () => {
  const waiting = run(
    'approve',
    address,
    '--yes',
    '--wait',
    'running',
    '--json',
    '--key',
    '//Alice',
  )
  while ((await chain.contracts.get(2)) === null) await world.travel(1)
  await world.answerOffer('//Ferdie//agent', 1, 'accept')
  await world.answerOffer('//Eve//agent', 2, 'accept')
  const { out, err, code } = await waiting
  assert.equal(code, 0, err)
  assert.deepEqual(
    JSON.parse(out).waited.offers.map(
      ({ contract, state }: { contract: number; state: string }) => [contract, state],
    ),
    [
      [1, 'Running'],
      [2, 'Running'],
    ],
  )
  const told = err.split('\n').filter((line) => line.startsWith('{'))
  assert.ok(told.some((line) => JSON.parse(line).contract === 2))
  const { out: status } = await run('status', '--key', '//Bob')
  assert.match(status, /\n1 +two +Running .*\n2 +two +Running /)
})

test('one more node is one more contract; what runs already stays as it is', async () => {
  const file = placed('two', '{ nodes: [1, 2, 3] }')
  const { parts, call } = await answer('plan', file, ...OWNER)
  assert.deepEqual(
    parts.map(({ node, action }: { node: number; action: string }) => [node, action]),
    [
      [1, 'none'],
      [2, 'none'],
      [3, 'create'],
    ],
  )
  assert.equal(chain.decodeCall(call.hex).name, 'create')
  const { out } = await run('plan', placed('two', '{ replicas: 2 }'), ...OWNER)
  assert.match(out, /Nothing to do: contract 1 on node 1 .* contract 2 on node 2/)
})

test('a decline of one ends the wait for all, at once', async () => {
  const file = placed('both', '{ nodes: [1, 3] }')
  const waiting = run('propose', '1', file, '--wait', 'running', '--key', '//Charlie')
  const { nextProposal } = (await chain.groups.get(1))!
  while ((await chain.groups.proposal(1, nextProposal)) === null) await world.travel(1)
  const approved = `1/${nextProposal}`
  const { offers } = await answer('approve', approved, '--yes', '--key', '//Alice')
  await world.answerOffer('//Dave//agent', offers[1].contract, 'decline')
  const { err, code } = await waiting
  assert.match(err, /Contract \d+ is Closed \(Declined\(Image\)\) and will not run/)
  assert.equal(code, 4)
})

test('money that is enough for each and not for all is missing, in plan and review', async () => {
  const file = placed('rich', '{ nodes: [1, 2] }')
  const offer = ['--escrow', '30 COV']
  const planned = await run('plan', file, ...OWNER, ...offer)
  assert.match(planned.out, /^! group 1 has too little money: \d+(\.\d+)? COV more is needed/m)
  const { address } = await answer('propose', '1', file, ...offer, '--key', '//Charlie')
  const { out } = await run('review', address)
  assert.match(out, /^! the owner has too little money for all of them: \d+(\.\d+)? COV more/m)
  assert.doesNotMatch(out, /^! 1\. /m, 'each alone could be paid for')
})

test('an account’s own plan of several nodes is carried out whole, and waited for', async () => {
  const saved = join(world.folder, 'own.json')
  const file = placed('own', '{ nodes: [1, 2] }')
  await answer('plan', file, '--key', '//Bob', '-o', saved)
  const next = await chain.contracts.nextId()
  const waiting = answer('apply', saved, '--yes', '--wait', 'running', '--key', '//Bob')
  while ((await chain.contracts.get(next + 1)) === null) await world.travel(1)
  await world.answerOffer('//Ferdie//agent', next, 'accept')
  await world.answerOffer('//Eve//agent', next + 1, 'accept')
  assert.deepEqual(
    (await waiting).offers.map(({ contract, state }: { contract: number; state: string }) => [
      contract,
      state,
    ]),
    [
      [next, 'Running'],
      [next + 1, 'Running'],
    ],
  )
})
