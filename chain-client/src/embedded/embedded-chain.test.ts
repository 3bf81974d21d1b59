import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { ISubmittableResult } from '@polkadot/types/types'
import type { Hex } from '@covenant/schema/hash'
import { getPolkadotSigner } from 'polkadot-api/signer'
import { createClient } from 'polkadot-api'
import { getWsProvider } from 'polkadot-api/ws'
import { startEmbeddedChain } from './start.ts'
import {
  accountOf,
  ask,
  connectApi,
  connectProvider,
  isFinalized,
  request,
  signTransfer,
  submitAndWatch,
  temporaryFolder,
} from './testing.ts'

const all = { after }
const chain = await startEmbeddedChain({ dir: temporaryFolder(all), port: 0 })
after(() => chain.stop())
const { url } = chain
const api = await connectApi(all, url)
const provider = connectProvider(all, url)

const nonceOf = async (uri: string) =>
  request<number>(url, 'system_accountNextIndex', [accountOf(uri).address])

test('@polkadot/api connects, subscribes, submits and watches', async () => {
  assert.equal(api.genesisHash.toHex(), chain.genesisHash)
  assert.equal((await api.rpc.system.chain()).toString(), 'Covenant Development')
  assert.deepEqual(api.registry.chainTokens, ['COV'])

  const heads: number[] = []
  const stop = await api.rpc.chain.subscribeFinalizedHeads((head) => {
    heads.push(head.number.toNumber())
  })
  const alice = accountOf('//Alice')
  const transfer = api.tx['balances']!['transferKeepAlive']!(accountOf('//Bob').address, 5n)
  const seen: string[] = []
  const ended = Promise.withResolvers<ISubmittableResult>()
  transfer
    .signAndSend(alice, { nonce: -1 }, (result) => {
      seen.push(result.status.type)
      if (result.status.isFinalized) ended.resolve(result)
    })
    .catch(ended.reject)
  const { status, events } = await ended.promise
  assert.ok(events.some(({ event }) => event.method === 'ExtrinsicSuccess'))
  const block = await api.rpc.chain.getHeader(status.asFinalized)
  assert.deepEqual(seen, ['Ready', 'InBlock', 'Finalized'])
  assert.ok(heads.includes(block.number.toNumber()))
  stop()
})

test('polkadot-api connects, subscribes, submits and watches', async (t) => {
  const client = createClient(getWsProvider(url))
  t.after(() => client.destroy())
  const alice = accountOf('//Alice')
  const bob = accountOf('//Bob')
  const signer = getPolkadotSigner(alice.publicKey, 'Sr25519', (message) => alice.sign(message))
  const unsafe = client.getUnsafeApi()
  const account = unsafe.query['System']!['Account']!

  assert.equal((await client.getChainSpecData()).genesisHash, chain.genesisHash)
  const heights: number[] = []
  const heads = client.finalizedBlock$.subscribe(({ number }) => heights.push(number))
  t.after(() => heads.unsubscribe())
  type Account = { data: { free: bigint } }
  const before = (await account.getValue(bob.address)) as Account
  const transfer = unsafe.tx['Balances']!['transfer_keep_alive']!({
    dest: { type: 'Id', value: bob.address },
    value: 7n,
  })
  const { ok, block } = await transfer.signAndSubmit(signer)
  assert.equal(ok, true)
  assert.ok(heights.includes(block.number))
  const later = (await account.getValue(bob.address)) as Account
  assert.equal(later.data.free - before.data.free, 7n)
  assert.ok((await account.getEntries()).length >= 6)
  assert.ok((await transfer.getEstimatedFees(alice.address)) > 0n)
})

test('fifty transactions of one account, sent at once and in the wrong order, all get in', async () => {
  const from = accountOf('//Charlie')
  const nonce = await nonceOf('//Charlie')
  const nonces = Array.from({ length: 50 }, (_, at) => nonce + 49 - at)
  const signed = await Promise.all(nonces.map((nonce) => signTransfer(api, { from, nonce })))
  const watches = await Promise.all(signed.map((extrinsic) => submitAndWatch(provider, extrinsic)))
  const ends = await Promise.all(watches.map((watch) => watch.until(isFinalized)))
  assert.equal(ends.length, 50)
  assert.equal(await nonceOf('//Charlie'), nonce + 50)

  const blocks = new Set(ends.map((end) => (end as { finalized: Hex }).finalized))
  const bodies = await Promise.all(
    [...blocks].map((hash) =>
      request<{ block: { extrinsics: Hex[] } }>(url, 'chain_getBlock', [hash]),
    ),
  )
  const included = bodies.flatMap(({ block }) => block.extrinsics)
  assert.deepEqual(included.filter((extrinsic) => signed.includes(extrinsic)).sort(), signed.sort())
})

test('a transaction ahead of its nonce waits, and the account’s next nonce counts what can run', async () => {
  const from = accountOf('//Dave')
  const nonce = await nonceOf('//Dave')
  const later = await submitAndWatch(provider, await signTransfer(api, { from, nonce: nonce + 1 }))
  assert.equal(await later.until(() => true), 'future')
  assert.equal(await nonceOf('//Dave'), nonce)
  const sooner = await submitAndWatch(provider, await signTransfer(api, { from, nonce }))
  await sooner.until(isFinalized)
  await later.until(isFinalized)
  assert.equal(await nonceOf('//Dave'), nonce + 2)
})

test('what can never be in a block is refused with Substrate’s codes', async () => {
  const from = accountOf('//Eve')
  const nonce = await nonceOf('//Eve')
  const good = await signTransfer(api, { from, nonce })
  const watch = await submitAndWatch(provider, good)
  await watch.until(isFinalized)
  const broken = (await signTransfer(api, { from, nonce: nonce + 1 })).replace(
    /^(0x.{82}).{8}/,
    '$1deadbeef',
  )
  const poor = await signTransfer(api, { from: accountOf('//Nobody'), nonce: 0 })
  const cases: [extrinsic: string, code: number, data: RegExp][] = [
    [good, 1010, /Transaction is outdated/],
    [broken, 1010, /Transaction has a bad signature/],
    [poor, 1010, /Inability to pay some fees/],
    ['0x04ff', 1002, /trap|panick|execut/i],
    ['0x0cff', 1001, /length/],
    ['0xnonsense', -32602, /^$/],
  ]
  for (const [extrinsic, code, data] of cases) {
    const { error } = await ask(url, 'author_submitExtrinsic', [extrinsic])
    assert.equal(error?.code, code, extrinsic)
    assert.match(error?.data ?? '', data)
  }
})

test('a watcher whose transaction is replaced hears by which', async () => {
  const from = accountOf('//Ferdie')
  const nonce = (await nonceOf('//Ferdie')) + 1
  const watch = await submitAndWatch(provider, await signTransfer(api, { from, nonce }))
  const better = await signTransfer(api, { from, nonce, tip: 10n ** 18n })
  const hash = await request<Hex>(url, 'author_submitExtrinsic', [better])
  assert.deepEqual(await watch.until((status) => typeof status === 'object'), { usurped: hash })
  const again = await ask(url, 'author_submitExtrinsic', [better])
  assert.equal(again.error?.code, 1013)
})

test('a transaction that fails in a block is invalid, and the others are in it', async () => {
  const alice = accountOf('//Alice')
  const from = accountOf('//Spender')
  const fund = api.tx['balances']!['transferKeepAlive']!(from.address, 10n ** 18n)
  const nonce = await nonceOf('//Alice')
  const funded = await submitAndWatch(provider, (await fund.signAsync(alice, { nonce })).toHex())
  await funded.until(isFinalized)

  // Both are judged while the spender can pay; the first then leaves nothing for the second's fee.
  const own = await nonceOf('//Spender')
  const second = await signTransfer(api, { from, nonce: own + 1 })
  const refused = await submitAndWatch(provider, second)
  const drain = api.tx['balances']!['transferAll']!(alice.address, false)
  const drained = await submitAndWatch(
    provider,
    (await drain.signAsync(from, { nonce: own })).toHex(),
  )
  const bystander = await signTransfer(api, { from: alice, nonce: nonce + 1 })
  const kept = await submitAndWatch(provider, bystander)
  await drained.until(isFinalized)
  await kept.until(isFinalized)
  await refused.until((status) => status === 'invalid')
  assert.deepEqual(refused.statuses, ['future', 'ready', 'invalid'])
})

test('old blocks, their storage and their runtime stay readable', async () => {
  const free = async (hash: Hex | null) => {
    const { address } = accountOf('//Bob')
    const state = await api.at(hash ?? (await api.rpc.chain.getBlockHash()))
    const account = await state.query['system']!['account']!(address)
    return (account as unknown as { data: { free: { toBigInt(): bigint } } }).data.free.toBigInt()
  }
  const first = await request<Hex>(url, 'chain_getBlockHash', [1])
  const [then, now] = [await free(first), await free(null)]
  assert.equal(then, 1_000_000n * 10n ** 18n)
  assert.ok(now > then)

  const signed = await api.rpc.chain.getBlock(first)
  assert.equal(signed.block.extrinsics.length, 1)
  assert.equal(signed.block.extrinsics[0]!.method.section, 'timestamp')
  assert.equal(signed.block.header.hash.toHex(), first)
  const version = await request<{ specName: string }>(url, 'state_getRuntimeVersion', [first])
  assert.equal(version.specName, 'covenant')
  assert.match(await request<Hex>(url, 'state_getMetadata', [first]), /^0x6d657461/)

  const key = api.query['system']!['number']!.key()
  const [answer] = await request<[{ block: Hex; changes: [string, string][] }]>(
    url,
    'state_queryStorageAt',
    [[key], first],
  )
  assert.deepEqual(answer, { block: first, changes: [[key, '0x01000000']] })
  assert.equal(await request(url, 'chain_getBlockHash', [1_000_000]), null)
  const unknown = await ask(url, 'state_getStorage', [key, `0x${'99'.repeat(32)}`])
  assert.equal(unknown.error?.code, 4003)
})

test('storage keys come in pages, in order', async () => {
  const prefix = api.query['system']!['account']!.keyPrefix()
  const page = (after: Hex | null, count: number) =>
    request<Hex[]>(url, 'state_getKeysPaged', [prefix, count, after])
  const whole = await page(null, 100)
  assert.ok(whole.length >= 6)
  assert.deepEqual(whole, whole.toSorted())
  const head = await page(null, 2)
  assert.deepEqual([...head, ...(await page(head.at(-1)!, 98))], whole)
  assert.equal((await ask(url, 'state_getKeysPaged', [prefix, 1_001])).error?.code, 4002)
})

test('a subscription to storage tells of changes only', async () => {
  const from = accountOf('//Alice')
  const key = api.query['system']!['account']!.key(accountOf('//Watched').address)
  const changes: unknown[] = []
  const changed = Promise.withResolvers<void>()
  await provider.subscribe('state_storage', 'state_subscribeStorage', [[key]], (_error, set) => {
    changes.push((set as { changes: unknown[] }).changes)
    if (changes.length === 2) changed.resolve()
  })
  const other = await signTransfer(api, { from, nonce: await nonceOf('//Alice') })
  await (await submitAndWatch(provider, other)).until(isFinalized)
  const transfer = api.tx['balances']!['transferKeepAlive']!(
    accountOf('//Watched').address,
    10n ** 18n,
  )
  const own = (await transfer.signAsync(from, { nonce: await nonceOf('//Alice') })).toHex()
  await (await submitAndWatch(provider, own)).until(isFinalized)
  await changed.promise
  assert.deepEqual(changes[0], [[key, null]])
  assert.equal((changes[1] as [[string, string]])[0][0], key)
  assert.equal(changes.length, 2)
})

test('a call that the runtime does not know, or panics on, is the client’s error', async () => {
  for (const params of [
    ['No_such_function', '0x'],
    ['BlockBuilder_apply_extrinsic', '0xffff'],
  ]) {
    const { error } = await ask(url, 'state_call', params)
    assert.equal(error?.code, 4003)
    assert.match(error?.message ?? '', /Execution failed/)
  }
  // It goes on answering all the same.
  assert.equal(
    (await request<{ specVersion: number }>(url, 'state_getRuntimeVersion')).specVersion,
    api.runtimeVersion.specVersion.toNumber(),
  )
})

test('fees are told before they are paid', async () => {
  const extrinsic = await signTransfer(api, { from: accountOf('//Alice'), nonce: 0 })
  type Info = { partialFee: string; class: string; weight: { ref_time: number } }
  const info = await request<Info>(url, 'payment_queryInfo', [extrinsic])
  assert.equal(info.class, 'normal')
  assert.ok(info.weight.ref_time > 0)
  const { inclusionFee } = await request<{ inclusionFee: Record<string, Hex> }>(
    url,
    'payment_queryFeeDetails',
    [extrinsic],
  )
  const sum = Object.values(inclusionFee).reduce((total, part) => total + BigInt(part), 0n)
  assert.equal(sum, BigInt(info.partialFee))
})

test('chain time follows the wall clock from block to block, and never goes back', async () => {
  const head = Number(
    await request<Hex>(url, 'chain_getHeader').then(
      (h) => (h as unknown as { number: Hex }).number,
    ),
  )
  const key = api.query['timestamp']!['now']!.key()
  const times: number[] = []
  for (let number = 1; number <= head; number++) {
    const hash = await request<Hex>(url, 'chain_getBlockHash', [number])
    const value = await request<Hex>(url, 'state_getStorage', [key, hash])
    times.push(Number(Buffer.from(value.slice(2), 'hex').readBigUInt64LE()))
  }
  assert.ok(times.length > 3)
  assert.ok(times.every((time, at) => at === 0 || time > times[at - 1]!))
  assert.ok(times.at(-1)! <= Date.now())
})

test('there is no method for developers', async () => {
  const { methods } = await request<{ methods: string[] }>(url, 'rpc_methods')
  assert.ok(methods.includes('chainHead_v1_follow'))
  assert.deepEqual(
    methods.filter((method) => method.startsWith('dev_')),
    [],
  )
  for (const method of ['dev_newBlock', 'dev_setStorage', 'dev_timeTravel']) {
    assert.equal((await ask(url, method)).error?.code, -32601)
  }
})

test('the new JSON-RPC specification’s archive reads any block', async () => {
  const [hash] = await request<Hex[]>(url, 'archive_v1_hashByHeight', [1])
  assert.equal(await request(url, 'archive_v1_genesisHash'), chain.genesisHash)
  assert.equal((await request<Hex[]>(url, 'archive_v1_body', [hash])).length, 1)
  assert.match(await request<Hex>(url, 'archive_v1_header', [hash]), /^0x/)
  assert.deepEqual(await request(url, 'archive_v1_call', [hash, 'No_such', '0x']), {
    success: false,
    error: 'Client error: Execution failed: Function to start was not found.',
  })
  const key = api.query['system']!['number']!.key()
  const events: unknown[] = []
  const done = Promise.withResolvers<void>()
  const items = [{ key, type: 'value' }]
  await provider.subscribe(
    'archive_v1_storageEvent',
    'archive_v1_storage',
    [hash, items],
    (_e, event) => {
      events.push(event)
      if ((event as { event: string }).event === 'storageDone') done.resolve()
    },
  )
  await done.promise
  assert.deepEqual(events, [
    { event: 'storage', key, value: '0x01000000' },
    { event: 'storageDone' },
  ])
})
