/** Every event that the runtime can emit, made up from its metadata, through both decoders. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  compact,
  decAnyMetadata,
  unifyMetadata,
  type UnifiedMetadata,
} from '@polkadot-api/substrate-bindings'
import { createDice, type Dice } from '@covenant/schema/testing-dice'
import type { EventRecord } from '@polkadot/types/interfaces'
import { eventsFromRecords } from './audit.ts'
import { typeEvent } from './events.ts'
import { hexOf } from './hex.ts'
import { load } from './polkadot/load.ts'
import { TypeRegistry } from './polkadot/types.ts'
import { createRuntime } from './runtime.ts'

const METADATA = readFileSync(
  new URL('../../chain/artifacts/covenant_runtime.metadata.scale', import.meta.url),
)
const SAMPLES = 25
/** Calls within calls and the like are cut off so deep. */
const DEEPEST = 6

const { Metadata } = load('@polkadot/types') as typeof import('@polkadot/types')
const metadata = unifyMetadata(decAnyMetadata(METADATA))
const registry = new TypeRegistry()
registry.setMetadata(new Metadata(registry, hexOf(METADATA)))
const runtime = createRuntime(hexOf(METADATA))

type Fields = { type: number }[]

const bytes = (dice: Dice, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => dice.below(256)))

const SIZES: Record<string, number> = {
  ...{ bool: 0, char: 0, u8: 1, u16: 2, u32: 4, u64: 8, u128: 16, u256: 32 },
  ...{ i8: 1, i16: 2, i32: 4, i64: 8, i128: 16, i256: 32 },
}

/** SCALE bytes of some value of a type. */
function sample(dice: Dice, type: number, depth = 0): Buffer {
  const all = (types: number[]) => Buffer.concat(types.map((one) => sample(dice, one, depth + 1)))
  const fields = (of: Fields) => all(of.map((field) => field.type))
  const { def, path } = metadata.lookup[type] ?? assert.fail(`no type ${type}`)
  if (path.join('::') === 'sp_runtime::ModuleError') return moduleError(dice)
  switch (def.tag) {
    case 'composite':
      return fields(def.value)
    case 'variant': {
      // Deep down the one with least in it ends what could go on without end.
      const variants = def.value.toSorted((a, b) => a.fields.length - b.fields.length)
      const one = variants[depth > DEEPEST ? 0 : dice.below(variants.length)]
      return one ? Buffer.concat([Buffer.from([one.index]), fields(one.fields)]) : Buffer.of()
    }
    case 'sequence': {
      const length = depth > DEEPEST ? 0 : dice.below(4)
      const items = Array.from({ length }, () => def.value)
      return Buffer.concat([compact.enc(length), all(items)])
    }
    case 'array':
      return all(Array.from({ length: def.value.len }, () => def.value.type))
    case 'tuple':
      return all(def.value)
    case 'compact':
      return Buffer.from(compact.enc(dice.below(2 ** 32)))
    case 'primitive':
      return primitive(dice, def.value.tag)
    default:
      return assert.fail(`no event has a ${def.tag}`)
  }
}

/** An error that some pallet has; others a runtime cannot emit. */
function moduleError(dice: Dice): Buffer {
  const errors = metadata.pallets.flatMap(({ index, errors }) => {
    const def = errors === undefined ? undefined : metadata.lookup[errors.type]?.def
    return def?.tag === 'variant' ? def.value.map((error) => [index, error.index, 0, 0, 0]) : []
  })
  return Buffer.from(errors[dice.below(errors.length)] ?? [])
}

function primitive(dice: Dice, name: string): Buffer {
  if (name === 'bool') return Buffer.from([dice.below(2)])
  if (name === 'str') return Buffer.concat([compact.enc(2), Buffer.from('é')])
  const size = SIZES[name] ?? assert.fail(`no size of ${name}`)
  // The greatest now and then: it must lose no digit, or be refused. Else what JSON numbers hold.
  if (dice.below(8) === 0) return Buffer.alloc(size, 0xff)
  return Buffer.concat([bytes(dice, Math.min(size, 6)), Buffer.alloc(Math.max(0, size - 6))])
}

type Emitted = { pallet: string; name: string; bytes: (dice: Dice) => Buffer }

function everyEvent({ pallets, lookup }: UnifiedMetadata): Emitted[] {
  return pallets.flatMap(({ name: pallet, index, events }) => {
    const def = events === undefined ? undefined : lookup[events.type]?.def
    if (def?.tag !== 'variant') return []
    return def.value.map(({ name, index: place, fields }) => ({
      pallet,
      name,
      bytes: (dice: Dice) => {
        const data = fields.map(({ type }) => sample(dice, type))
        return Buffer.concat([Buffer.from([index, place]), ...data])
      },
    }))
  })
}

/** What a block stores of one event: its phase, itself, and no topics. */
const record = (dice: Dice, event: Buffer): Buffer => {
  const phase =
    dice.below(3) === 0 ? Buffer.from([1]) : Buffer.concat([Buffer.from([0]), bytes(dice, 4)])
  return Buffer.concat([phase, event, Buffer.from([0])])
}

const events = everyEvent(metadata)

test('there are events of every pallet that emits any', () => {
  const pallets = new Set(events.map(({ pallet }) => pallet))
  for (const ours of ['Groups', 'Nodes', 'Contracts', 'Validators']) assert.ok(pallets.has(ours))
  assert.ok(events.length > 80, `${events.length} events`)
})

for (const { pallet, name, bytes: some } of events) {
  test(`${pallet}.${name} is the same to the fast codecs as to @polkadot/api`, () => {
    let decoded = 0
    for (let seed = 1; seed <= SAMPLES; seed += 1) {
      const dice = createDice(seed)
      const stored = Buffer.concat([compact.enc(1), record(dice, some(dice))])
      const fast = read(() => runtime.decodeEvents(hexOf(stored)).map(typeEvent))
      const slow = read(() => {
        const records = registry.createType('Vec<FrameSystemEventRecord>', Uint8Array.from(stored))
        return eventsFromRecords(records as unknown as Iterable<EventRecord>)
      })
      assert.deepEqual(fast, slow, `seed ${seed}: ${stored.toString('hex')}`)
      if (typeof fast !== 'string') decoded += 1
    }
    assert.ok(decoded >= SAMPLES / 10, `${decoded} of ${SAMPLES} were no nonsense`)
  })
}

/** What is decoded, or the sentence of the check that refuses such a value, whoever decoded it. */
function read(decode: () => unknown): unknown {
  try {
    return decode()
  } catch (error) {
    return `refused: ${(error as Error).message}`
  }
}
