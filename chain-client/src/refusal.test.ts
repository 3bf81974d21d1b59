import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NotAccepted, type NotAcceptedReason, RequestFailed } from './errors.ts'
import { refusal } from './refusal.ts'

const refused = (code: number, message: string) =>
  refusal(new RequestFailed('author_submitAndWatchExtrinsic', code, { what: message, remedy: '' }))

test("each of the pool's refusals has its reason and says what would have worked", () => {
  const invalid = '1010: Invalid Transaction: '
  const cases: [code: number, message: string, reason: NotAcceptedReason][] = [
    [1010, `${invalid}Inability to pay some fees (e.g. account balance too low)`, 'Payment'],
    [1010, `${invalid}Transaction is outdated`, 'Stale'],
    [1010, `${invalid}Transaction will be valid in the future`, 'Future'],
    [1010, `${invalid}Transaction has a bad signature`, 'BadSignature'],
    [1010, `${invalid}Transaction has an ancient birth block`, 'Expired'],
    [1010, `${invalid}Transaction would exhaust the block limits`, 'TooLarge'],
    [1010, `${invalid}Transaction call is not expected`, 'Call'],
    [1010, '{"invalid":{"payment":null}}', 'Payment'],
    [1010, '{"invalid":{"badProof":null}}', 'BadSignature'],
    [1012, '1012: Transaction is temporarily banned', 'AlreadySent'],
    [1013, '1013: Transaction Already Imported', 'AlreadySent'],
    [1014, '1014: Priority is too low: (1 vs 1)', 'PriorityTooLow'],
    [1016, '1016: Immediately Dropped', 'PoolFull'],
    [1010, `${invalid}Custom error: 7`, 'Other'],
  ]
  for (const [code, message, reason] of cases) {
    const error = refused(code, message)
    assert.ok(error instanceof NotAccepted, message)
    assert.equal(error.reason, reason, message)
    assert.ok(error.remedy.length > 20 && error.message.length > 40, error.message)
  }
  assert.match(String(refused(1010, `${invalid}Custom error: 7`)), /Custom error: 7/)
})

test('an error that is not of the pool stays what it is', () => {
  const error = new RequestFailed('author_submitAndWatchExtrinsic', -32_601, {
    what: '',
    remedy: '',
  })
  assert.equal(refusal(error), error)
})
