//! With which deposits and periods a runtime may be built.

use crate::mock::*;
use frame_support::traits::Hooks;

#[test]
fn integrity_test_whole_deposit_for_the_tombstone_and_shortest_period_works() {
	new_chain().execute_with(|| {
		TombstoneShare::set(&CONTRACT_DEPOSIT);
		SettlePeriod::set(&1);
		Contracts::integrity_test();
	});
}

#[test]
#[should_panic(expected = "a tombstone's deposit is a share of its contract's")]
fn integrity_test_tombstone_dearer_than_its_contract_fails() {
	new_chain().execute_with(|| {
		TombstoneShare::set(&(CONTRACT_DEPOSIT + 1));
		Contracts::integrity_test();
	});
}

#[test]
#[should_panic(expected = "a feeless settlement has a period")]
fn integrity_test_no_settle_period_fails() {
	new_chain().execute_with(|| {
		SettlePeriod::set(&0);
		Contracts::integrity_test();
	});
}
