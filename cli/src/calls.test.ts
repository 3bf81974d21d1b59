import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startEmbeddedChain } from '@covenant/chain-client/embedded/start'
import { connectApi } from '@covenant/chain-client/embedded/testing'
import { createLog } from '@covenant/service'
import { ANSWERS } from './answers.ts'
import { DESCRIBERS } from './review/effects/index.ts'

/** By which command each call of our pallets is made; or, in brackets, why by none. */
const MADE_BY: Readonly<Record<string, string>> = {
  'groups.createGroup': 'group create',
  'groups.propose': 'propose',
  'groups.approve': 'approve',
  'groups.reject': 'reject',
  'groups.setMembers': 'group set-members',
  'groups.withdraw': 'withdraw',
  'groups.clear': 'clear',
  'groups.dissolve': 'group dissolve',
  'nodes.register': 'node register',
  'nodes.update': 'node update',
  'nodes.serve': '[the agent alone may: node run]',
  'nodes.heartbeat': '[the agent alone may: node run]',
  'nodes.announce': '[the agent alone may: node run]',
  'nodes.setState': 'node drain',
  'nodes.rotateAgent': 'node rotate',
  'nodes.remove': 'node remove',
  'contracts.noteBody': 'propose',
  'contracts.dropBody': 'body drop',
  'contracts.create': 'apply',
  'contracts.accept': '[the agent alone may: node run]',
  'contracts.decline': '[the agent alone may: node run]',
  'contracts.cancel': 'cancel',
  'contracts.settle': 'contract settle',
  'contracts.update': 'apply',
  'contracts.withdrawUpdate': 'contract withdraw-update',
  'contracts.terminate': '[the agent alone may: node run]',
  'contracts.report': '[the agent alone may: node run]',
  'contracts.topUp': 'top-up',
  'contracts.expire': 'contract expire',
  'contracts.close': 'contract close',
  'contracts.prune': 'contract prune',
  'validators.set': 'chain set-validators',
}

/** The others that a group may make; see chain/runtime/src/configs/group_calls.rs. */
const OTHERS = ['balances.transferKeepAlive', 'system.authorizeUpgrade', 'utility.batchAll']
/** Ours that no group may make. */
const NOT_OF_GROUPS = new Set([
  ...['groups.createGroup', 'nodes.serve', 'nodes.heartbeat', 'nodes.announce'],
  ...['contracts.noteBody', 'contracts.dropBody', 'contracts.accept', 'contracts.decline'],
  ...['contracts.settle', 'contracts.terminate', 'contracts.report', 'contracts.expire'],
  ...['contracts.close', 'contracts.prune'],
])

const folder = mkdtempSync(join(tmpdir(), 'covenant-calls-'))
after(() => rmSync(folder, { recursive: true }))

test('every call of our pallets in the chain’s metadata is made by a command, or has a reason', async (t) => {
  const log = createLog('covenant-chain', () => {})
  const chain = await startEmbeddedChain({ dir: folder, port: 0, log })
  t.after(() => chain.stop())
  const api = await connectApi(t, chain.url)
  const pallets = ['groups', 'nodes', 'contracts', 'validators', 'clock']
  const there = pallets.flatMap((pallet) =>
    Object.keys(api.tx[pallet] ?? {}).map((name) => `${pallet}.${name}`),
  )
  assert.deepEqual(there.toSorted(), Object.keys(MADE_BY).toSorted())
})

test('each of these commands is there', () => {
  const commands = Object.values(MADE_BY).filter((command) => !command.startsWith('['))
  assert.deepEqual(
    commands.filter((command) => !(command in ANSWERS)),
    [],
  )
})

test('every call that a group may make is told in words to whoever reviews it', () => {
  const told = Object.keys(MADE_BY).filter((call) => !NOT_OF_GROUPS.has(call))
  assert.deepEqual(Object.keys(DESCRIBERS).toSorted(), [...told, ...OTHERS].toSorted())
})
