import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidArgumentError } from 'commander'
import {
  readAmount,
  readApiUrl,
  readCount,
  readDuration,
  readEndpoint,
  readGroup,
  readId,
  readMember,
  readPort,
  readProposalAddress,
  readThreshold,
} from './arguments.ts'

type Case = [read: (text: string) => unknown, text: string, value: unknown]
const accepted: Case[] = [
  [readAmount, '12.5 COV', 12_500_000_000_000_000_000n],
  [readDuration, '90s', 90],
  [readDuration, '30m', 1_800],
  [readDuration, '12h', 43_200],
  [readDuration, '7d', 604_800],
  [readId, '7', 7],
  [readGroup, '3', 3],
  [readGroup, 'group:3', 3],
  [readThreshold, '51', 51],
  [readPort, '0', 0],
  [readPort, '65535', 65_535],
  [readCount, '50', 50],
  [readProposalAddress, '3/0', { group: 3, proposal: 0 }],
  [readProposalAddress, 'group:3/12', { group: 3, proposal: 12 }],
  [readEndpoint, 'wss://chain.example/rpc', 'wss://chain.example/rpc'],
  [readApiUrl, 'http://127.0.0.1:4000/', 'http://127.0.0.1:4000'],
  [readApiUrl, 'http://127.0.0.1:4000/graphql', 'http://127.0.0.1:4000'],
]
for (const [read, text, value] of accepted) {
  test(`${read.name} takes ${text}`, () => assert.deepEqual(read(text), value))
}

const refused: [read: (text: string) => unknown, texts: string[]][] = [
  [readAmount, ['', '12.5', '12,5 COV', '-1 COV', '1e3 COV', '5 EUR']],
  [readDuration, ['', '7', '0d', '-1d', '1.5h', '7D', '7 d', '1w', '9999999d']],
  [readId, ['', '-1', '1.5', '0x1', '1e3', '01', ' 1', '99999999999999999']],
  [readGroup, ['', 'group:', 'group:x', 'groups:3', '4294967296', '3/0']],
  [readThreshold, ['0', '-1', '51%', '4294967296']],
  [readPort, ['-1', '65536', 'http', '80.5']],
  [readCount, ['0', '-1', '10001', 'all']],
  [readProposalAddress, ['3', '3/', '/0', '3/0/1', 'a/b', '3-0', '3/-1']],
  [readEndpoint, ['', '127.0.0.1:9944', 'http://127.0.0.1:9944', 'ws:', 'chain']],
  [readApiUrl, ['', '127.0.0.1:4000', 'ws://127.0.0.1:4000', 'file:///etc/passwd']],
  [
    readMember,
    [
      '',
      '//Alice',
      '//Alice:',
      '//Alice:0',
      '//Alice:-1',
      '//Alice:65536',
      '//Alice:1.5',
      '//Alice:50:',
      '//Alice:50:sing',
      '//Alice:50:propose+sing',
      '//Alice:50:propose:approve',
      ':50',
    ],
  ],
]
for (const [read, texts] of refused) {
  test(`${read.name} refuses what is not what it reads, and says what would be`, () => {
    for (const text of texts) {
      assert.throws(
        () => read(text),
        (error) => error instanceof InvalidArgumentError && error.message.length > 20,
        text,
      )
    }
  })
}

test('members are gathered, with the permissions of most when none are named', () => {
  const written = ['//Alice:50', 'group:2:30:approve', '5Gr:20:veto+propose']
  assert.deepEqual(
    written.reduce((before, text) => readMember(text, before), readMember('//Dave:1')),
    [
      { name: '//Dave', weight: 1, permissions: ['PROPOSE', 'APPROVE'] },
      { name: '//Alice', weight: 50, permissions: ['PROPOSE', 'APPROVE'] },
      { name: 'group:2', weight: 30, permissions: ['APPROVE'] },
      { name: '5Gr', weight: 20, permissions: ['PROPOSE', 'VETO'] },
    ],
  )
})
