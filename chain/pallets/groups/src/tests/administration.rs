//! Group 0: named by a genesis, announced by the first block.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};

fn administration() -> Administration<AccountId> {
	Administration {
		members: members(&[(ALICE, 1, BOTH), (BOB, 1, BOTH), (CAROL, 1, BOTH)]).into_inner(),
		thresholds: Thresholds {
			deploy: 1,
			cancel: 1,
			spend: 1,
			govern: 2,
		},
	}
}

/// A call that only the runtime itself may make.
fn rooted() -> RuntimeCall {
	frame_system::Call::set_heap_pages { pages: 7 }.into()
}

#[test]
fn administration_is_announced_by_the_first_block_works() {
	run_with(Some(administration()), || {
		let own = account(ADMINISTRATION);
		assert_eq!(
			events(),
			[Event::GroupCreated {
				group: 0,
				account: own.clone(),
				creator: own.clone(),
				name: name("administration"),
				members: administration().members.try_into().unwrap(),
				thresholds: administration().thresholds,
				deposit: 0,
			}]
		);
		assert_eq!(Balances::free_balance(&own), EXISTENTIAL_DEPOSIT);
		assert_eq!(NextGroup::<Test>::get(), 1);
		assert_eq!(Pallet::<Test>::on_initialize(2), Weight::zero());
		assert_eq!(events().len(), 1);
	});
}

#[test]
fn administration_that_no_genesis_names_is_not_there_works() {
	run(|| {
		assert_eq!(events(), []);
		assert_noop!(
			propose(ALICE, ADMINISTRATION, rooted()),
			Error::<Test>::GroupNotFound
		);
	});
}

#[test]
fn administration_calls_as_the_runtime_itself_works() {
	run_with(Some(administration()), || {
		let id = proposed(ALICE, ADMINISTRATION, rooted());
		assert_ok!(approve(BOB, ADMINISTRATION, id, rooted()));
		assert_eq!(outcome(ADMINISTRATION, id), Some(Outcome::Executed));
		let pages = frame_support::storage::unhashed::get::<u64>(
			sp_core::storage::well_known_keys::HEAP_PAGES,
		);
		assert_eq!(pages, Some(7));
	});
}

#[test]
fn administration_calls_all_else_as_a_group_works() {
	run_with(Some(administration()), || {
		assert_ok!(propose(ALICE, ADMINISTRATION, cancel()));
		assert_eq!(remarks_by(), [account(ADMINISTRATION)]);
	});
}

#[test]
fn administration_calls_of_another_group_fail() {
	run_with(Some(administration()), || {
		let group = lone();
		assert_noop!(
			propose(ALICE, group, rooted()),
			Error::<Test>::CallNotAllowed
		);
	});
}

#[test]
fn administration_dissolve_fails() {
	run_with(Some(administration()), || {
		let id = proposed(ALICE, ADMINISTRATION, dissolve(ALICE));
		assert_noop!(
			approve(BOB, ADMINISTRATION, id, dissolve(ALICE)),
			Error::<Test>::NotDissolvable
		);
	});
}

#[test]
#[should_panic(
	expected = "the genesis has an administration that could not decide: ThresholdOutOfReach"
)]
fn administration_that_could_not_decide_fails() {
	let mut given = administration();
	given.thresholds.govern = 4;
	new_chain(Some(given));
}
