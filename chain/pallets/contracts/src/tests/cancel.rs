use crate::{
	mock::{Contracts, *},
	*,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn cancel(who: AccountId, id: ContractId) -> DispatchResult {
	Contracts::cancel(signed(who), id)
}

fn closed(id: ContractId, refund: Balance) -> Event<Test> {
	Event::Closed {
		contract: id,
		node: 1,
		reason: CloseReason::Cancelled,
		refund,
		deposit: contract_deposit() - TOMBSTONE_DEPOSIT,
		tombstone_deposit: TOMBSTONE_DEPOSIT,
		closed_at: now(),
	}
}

#[test]
fn cancel_an_offer_works() {
	run(|| {
		let id = offered();
		pass(30);
		assert_ok!(cancel(OWNER, id));
		assert_eq!(events().last(), Some(&closed(id, ESCROW)));
		assert_eq!(free(OWNER), FUNDS - body_deposit() - TOMBSTONE_DEPOSIT);
		assert_eq!(held(OWNER, HoldReason::Tombstone), TOMBSTONE_DEPOSIT);
		assert_eq!(tombstone(id).reason, CloseReason::Cancelled);
		assert_eq!(node(1).contracts, 0);
	});
}

#[test]
fn cancel_what_runs_pays_to_the_second_works() {
	run(|| {
		let id = running();
		pass(7);
		assert_ok!(cancel(OWNER, id));
		assert!(events().ends_with(&[
			Event::Settled {
				contract: id,
				node: 1,
				paid: 7 * RATE,
				escrow: ESCROW - 7 * RATE,
				settled_at: 7,
				state: ContractState::Running,
				at: now(),
			},
			closed(id, ESCROW - 7 * RATE),
		]));
		assert_eq!(free(OPERATOR), FUNDS - NODE_DEPOSIT + 7 * RATE);
		assert_eq!(
			free(OWNER),
			FUNDS - body_deposit() - TOMBSTONE_DEPOSIT - 7 * RATE
		);
		assert_eq!(
			(node(1).contracts, node(1).reserved),
			(0, Resources::default())
		);
	});
}

#[test]
fn cancel_what_used_its_escrow_up_unsettled_works() {
	run(|| {
		let id = running();
		pass(2 * SECONDS_PAID);
		assert_ok!(cancel(OWNER, id));
		assert_eq!(events().last(), Some(&closed(id, 0)));
		assert_eq!(free(OPERATOR), FUNDS - NODE_DEPOSIT + ESCROW);
		assert_eq!(node(1).reserved, Resources::default());
	});
}

#[test]
fn cancel_what_is_suspended_works() {
	run(|| {
		let id = suspended();
		pass(WINDOW);
		let settlements = |events: Vec<Event<Test>>| {
			events
				.into_iter()
				.filter(|event| matches!(event, Event::Settled { .. }))
				.count()
		};
		assert_ok!(cancel(OWNER, id));
		assert_eq!(settlements(events()), 1, "nothing accrues in Suspended");
		assert_eq!(events().last(), Some(&closed(id, 0)));
		assert_eq!(node(1).reserved, Resources::default());
	});
}

#[test]
fn cancel_refunds_the_deposit_that_was_held_works() {
	run(|| {
		let id = offered();
		ContractPrice::set(&(3 * CONTRACT_DEPOSIT));
		assert_ok!(cancel(OWNER, id));
		assert_eq!(free(OWNER), FUNDS - body_deposit() - TOMBSTONE_DEPOSIT);
	});
}

#[test]
fn cancel_keeps_no_more_than_the_deposit_was_works() {
	run(|| {
		let id = offered();
		TombstoneShare::set(&(10 * CONTRACT_DEPOSIT));
		assert_ok!(cancel(OWNER, id));
		assert_eq!(tombstone(id).deposit, contract_deposit());
		assert_eq!(free(OWNER), FUNDS - body_deposit() - contract_deposit());
	});
}

#[test]
fn cancel_by_an_owner_with_nothing_free_works() {
	run(|| {
		let id = offered();
		let rest = free(OWNER) - EXISTENTIAL_DEPOSIT;
		assert_ok!(Balances::transfer_allow_death(
			signed(OWNER),
			STRANGER,
			rest
		));
		assert_ok!(cancel(OWNER, id));
		assert_eq!(held(OWNER, HoldReason::Tombstone), TOMBSTONE_DEPOSIT);
	});
}

#[test]
fn cancel_what_is_not_there_fails() {
	run(|| {
		assert_noop!(cancel(OWNER, 1), Error::<Test>::ContractNotFound);
	});
}

#[test]
fn cancel_by_anyone_but_the_owner_fails() {
	run(|| {
		let id = running();
		for who in [OTHER_OWNER, OPERATOR, AGENT] {
			assert_noop!(cancel(who, id), Error::<Test>::NotOwner);
		}
	});
}

#[test]
fn cancel_twice_fails() {
	run(|| {
		let id = running();
		assert_ok!(cancel(OWNER, id));
		assert_noop!(cancel(OWNER, id), Error::<Test>::ContractNotFound);
	});
}
