use crate::{
	mock::{Contracts, *},
	*,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

/// The least that resumes a suspended contract at `RATE`.
const LEAST: Balance = RATE * WINDOW as Balance;

fn top_up(who: AccountId, id: ContractId, amount: Balance) -> DispatchResult {
	Contracts::top_up(signed(who), id, amount)
}

#[test]
fn top_up_an_offer_works() {
	run(|| {
		let id = offered();
		assert_ok!(top_up(OWNER, id, 5));
		let state = ContractState::Offered;
		assert_eq!(contract(id).escrow, ESCROW + 5);
		assert_eq!(
			events().last(),
			Some(&Event::ToppedUp {
				contract: id,
				node: 1,
				who: OWNER,
				amount: 5,
				escrow: ESCROW + 5,
				settled_at: 0,
				state,
			})
		);
	});
}

#[test]
fn top_up_by_a_stranger_is_a_gift_to_the_owner_works() {
	run(|| {
		let id = running();
		let owned = free(OWNER);
		assert_ok!(top_up(STRANGER, id, 7 * RATE));
		assert_eq!(free(STRANGER), FUNDS - 7 * RATE);
		assert_eq!(held(OWNER, HoldReason::Escrow), ESCROW + 7 * RATE);
		assert_ok!(Contracts::cancel(signed(OWNER), id));
		let back = ESCROW + 7 * RATE + contract_deposit() - TOMBSTONE_DEPOSIT;
		assert_eq!(free(OWNER), owned + back);
	});
}

#[test]
fn top_up_what_runs_settles_it_first_works() {
	run(|| {
		let id = running();
		pass(10);
		assert_ok!(top_up(OWNER, id, 1));
		assert_eq!(contract(id).escrow, ESCROW - 10 * RATE + 1);
		assert_eq!(contract(id).settled_at, 10);
		assert_eq!(free(OPERATOR), FUNDS - NODE_DEPOSIT + 10 * RATE);
	});
}

#[test]
fn top_up_what_is_suspended_resumes_it_from_here_works() {
	run(|| {
		let id = suspended();
		pass(PERIOD);
		assert_ok!(top_up(STRANGER, id, LEAST));
		let resumed_at = SECONDS_PAID + PERIOD;
		assert_eq!(live(), resumed_at);
		let resumed = contract(id);
		assert_eq!(resumed.state, ContractState::Running);
		assert_eq!(resumed.suspended_at, None);
		assert_eq!((resumed.settled_at, resumed.escrow), (resumed_at, LEAST));
		assert_eq!(
			events().last(),
			Some(&Event::ToppedUp {
				contract: id,
				node: 1,
				who: STRANGER,
				amount: LEAST,
				escrow: LEAST,
				settled_at: resumed_at,
				state: ContractState::Running,
			})
		);

		// The time in which it was suspended is never paid for.
		let before = free(OPERATOR);
		pass(3);
		assert_ok!(Contracts::settle(signed(STRANGER), id));
		assert_eq!(free(OPERATOR) - before, 3 * RATE);
	});
}

#[test]
fn top_up_what_used_its_escrow_up_unsettled_forgives_the_rest_works() {
	run(|| {
		let id = running();
		pass(SECONDS_PAID + 500);
		assert_ok!(top_up(OWNER, id, LEAST));
		assert_eq!(free(OPERATOR), FUNDS - NODE_DEPOSIT + ESCROW);
		assert_eq!(contract(id).escrow, LEAST);
		assert_eq!(contract(id).settled_at, SECONDS_PAID + 500);
		assert_eq!(contract(id).state, ContractState::Running);
	});
}

#[test]
fn top_up_a_second_before_the_escrow_is_used_up_needs_no_window_works() {
	run(|| {
		let id = running();
		pass(SECONDS_PAID - 1);
		assert_ok!(top_up(OWNER, id, 1));
		assert_eq!(contract(id).escrow, RATE + 1);
	});
}

#[test]
fn top_up_what_does_not_last_a_window_fails() {
	run(|| {
		let (first, unsettled) = (suspended(), running());
		pass(SECONDS_PAID);
		for id in [first, unsettled] {
			assert_noop!(top_up(OWNER, id, LEAST - 1), Error::<Test>::TopUpTooSmall);
		}
	});
}

#[test]
fn top_up_with_nothing_fails() {
	run(|| {
		let id = offered();
		assert_noop!(top_up(OWNER, id, 0), Error::<Test>::TopUpTooSmall);
	});
}

#[test]
fn top_up_with_more_than_one_has_fails() {
	run(|| {
		let id = running();
		let own = free(OWNER) - EXISTENTIAL_DEPOSIT;
		assert_noop!(top_up(OWNER, id, own + 1), Error::<Test>::CannotHoldDeposit);
		for amount in [FUNDS - EXISTENTIAL_DEPOSIT + 1, Balance::MAX] {
			assert_noop!(
				top_up(STRANGER, id, amount),
				Error::<Test>::CannotHoldDeposit
			);
		}
		assert_ok!(top_up(OWNER, id, own));
		assert_ok!(top_up(STRANGER, id, FUNDS - EXISTENTIAL_DEPOSIT));
	});
}

#[test]
fn top_up_what_is_not_there_fails() {
	run(|| {
		assert_noop!(top_up(OWNER, 1, 1), Error::<Test>::ContractNotFound);
	});
}
