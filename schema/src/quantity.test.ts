import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatCpu, formatSize, parseCpu, parseSize } from './quantity.ts'

test('cpu is read in milli-cores or whole cores', () => {
  assert.equal(parseCpu('500m'), 500)
  assert.equal(parseCpu('2'), 2000)
  for (const text of ['', '0', '0m', '0.5', '500M', '-1', '1e3', '01', ' 1', '500 m', '500mm']) {
    assert.equal(parseCpu(text), undefined, text)
  }
})

test('sizes are read in MiB or GiB', () => {
  assert.equal(parseSize('64Mi'), 64)
  assert.equal(parseSize('2Gi'), 2048)
  assert.equal(parseSize('0Mi'), 0)
  for (const text of ['', '64', '64M', '64MiB', '64mi', '1.5Gi', '-1Mi', '064Mi', '64 Mi', '1Ti']) {
    assert.equal(parseSize(text), undefined, text)
  }
})

test('what is written is read back', () => {
  for (const amount of [1, 64, 1000, 1024, 1536, 4096]) {
    assert.equal(parseCpu(formatCpu(amount)), amount)
    assert.equal(parseSize(formatSize(amount)), amount)
  }
})
