import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mutate, mutationsOf } from './mutations.ts'

/** Every mutation of a source, as the line that it leaves and what it says it does. */
function linesOf(source: string): [kind: string, place: string, line: string][] {
  return mutationsOf(source).map((mutation) => {
    const { kind, line, column } = mutation
    return [kind, `${line}:${column}`, mutate(source, mutation).replace(/\s+/g, ' ').trim()]
  })
}

test('a check holds always, whatever it asks and over however many lines', () => {
  const source = `
		ensure!(
			member.may(Permissions::PROPOSE, |x| x),
			Error::<T>::NotProposer
		);
		assert!(slot.is_even(), "a slot");`
  assert.deepEqual(linesOf(source), [
    [
      'check',
      '2:11',
      'ensure!(true || (member.may(Permissions::PROPOSE, |x| x)), Error::<T>::NotProposer ); assert!(slot.is_even(), "a slot");',
    ],
    [
      'check',
      '6:11',
      'ensure!( member.may(Permissions::PROPOSE, |x| x), Error::<T>::NotProposer ); assert!(true || (slot.is_even()), "a slot");',
    ],
  ])
})

test('each comparison is moved by one or turned round, and generics are left alone', () => {
  const changed = (line: string) => linesOf(line).map(([, , after]) => after)
  assert.deepEqual(changed('let a: Vec<u8> = b < c;'), ['let a: Vec<u8> = b <= c;'])
  assert.deepEqual(changed('a <= b'), ['a < b'])
  assert.deepEqual(changed('a > b && c >= d'), ['a >= b && c >= d', 'a > b && c > d'])
  assert.deepEqual(changed('a == b'), ['a != b'])
  assert.deepEqual(changed('a\n\t!= b'), ['a == b'])
  assert.deepEqual(changed('fn f() -> Option<u8> { match a { b => c } }'), [])
})

test('a call whose value nobody keeps is left out, and nothing else', () => {
  const source = `
	Self::do_settle(id, &mut contract, &node);
	T::Currency::hold(&reason, &who, deposit)
		.map_err(|_| Error::<T>::CannotHoldDeposit)?;
	let kept = Self::call()?;
	Self::returned(a)
}
	Reading {
		field,
	};
	Error::<T>::Name => 3,
	Pallet::<T>::CONSTANT;`
  assert.deepEqual(
    mutationsOf(source).map(({ kind, line, change }) => [kind, line, change]),
    [
      ['statement', 2, 'without Self::do_settle(id, &mut contract, &node);'],
      ['statement', 3, 'without T::Currency::hold(&reason, &who, deposit) .map_err(|_| Error…'],
    ],
  )
})

test('comments, texts and attributes are no code', () => {
  const source = `
	// a < b, ensure!(x, y)
	/// Self::call();
	#[cfg(a == b)]
	let text = "a < b" + '<';
	/* Self::call(); a < b */`
  assert.deepEqual(mutationsOf(source), [])
})
