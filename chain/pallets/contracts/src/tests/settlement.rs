use crate::{ContractState::*, Settlement};

/// Each row: rate, escrow, settled_at, live; what is due, and the state after it.
#[test]
fn settling_follows_its_formula() {
	let most = u128::MAX;
	for (rate, escrow, settled_at, live, due, state) in [
		(3, 100, 10, 10, 0, Running),
		(3, 100, 10, 20, 30, Running),
		(3, 100, 10, 43, 99, Running),
		(3, 99, 10, 43, 99, Suspended),
		(3, 100, 10, 44, 100, Suspended),
		(3, 100, 10, 1_000, 100, Suspended),
		// Nothing to pay from is used up at once.
		(3, 0, 10, 10, 0, Suspended),
		// What costs nothing is never used up.
		(0, 0, 10, 1_000, 0, Running),
		(0, 100, 10, 1_000, 0, Running),
		// Past the largest amount.
		(most, 100, 10, 12, 100, Suspended),
		(1 << 127, 100, 10, 12, 100, Suspended),
		(most, most, 10, 11, most, Suspended),
		(most / 2, most, 10, 12, most - 1, Running),
		(1, most, 0, u64::MAX, u64::MAX.into(), Running),
		// A reading that went back would pay nothing.
		(3, 100, 10, 9, 0, Running),
	] {
		assert_eq!(
			Settlement::of(rate, escrow, settled_at, live),
			Settlement {
				due,
				state,
				settled_at: live
			},
			"rate {rate}, escrow {escrow}, settled at {settled_at}, live {live}"
		);
	}
}
