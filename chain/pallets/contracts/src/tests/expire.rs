use crate::{
	mock::{Contracts, *},
	*,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn expire(who: AccountId, id: ContractId) -> DispatchResult {
	Contracts::expire(signed(who), id)
}

#[test]
fn expire_an_offer_refunds_it_whole_works() {
	run(|| {
		let id = offered();
		pass(3_601);
		assert_ok!(expire(STRANGER, id));
		assert_eq!(
			events().last(),
			Some(&Event::Closed {
				contract: id,
				node: 1,
				reason: CloseReason::Expired,
				refund: ESCROW,
				deposit: contract_deposit() - TOMBSTONE_DEPOSIT,
				tombstone_deposit: TOMBSTONE_DEPOSIT,
				closed_at: now(),
			})
		);
		assert_eq!(free(OWNER), FUNDS - body_deposit() - TOMBSTONE_DEPOSIT);
		assert_eq!(free(OPERATOR), FUNDS - NODE_DEPOSIT);
	});
}

#[test]
fn expire_at_the_deadline_fails() {
	run(|| {
		let id = offered();
		pass(3_600);
		assert_noop!(expire(STRANGER, id), Error::<Test>::NotExpired);
		pass(1);
		assert_ok!(expire(STRANGER, id));
	});
}

#[test]
fn expire_an_update_leaves_what_runs_works() {
	run(|| {
		let id = updating();
		pass(600);
		assert_noop!(expire(STRANGER, id), Error::<Test>::NotExpired);
		pass(1);
		assert_ok!(expire(STRANGER, id));
		assert_eq!(
			events().last(),
			Some(&Event::UpdateDropped {
				contract: id,
				node: 1,
				version: 2,
				reason: DropReason::Expired,
			})
		);
		let left = contract(id);
		assert_eq!((left.state, left.pending), (ContractState::Running, None));
		assert_eq!((left.version, left.settled_at), (2, 601));
		assert_eq!(held(OWNER, HoldReason::Contract), contract_deposit());
		assert_eq!(node(1).reserved, ASKED);
	});
}

#[test]
fn expire_an_update_beside_what_is_suspended_works() {
	run(|| {
		let id = updating();
		pass(SECONDS_PAID);
		assert_ok!(Contracts::settle(signed(STRANGER), id));
		assert_eq!(contract(id).state, ContractState::Suspended);
		assert_ok!(expire(STRANGER, id));
		assert_eq!(contract(id).pending, None);
	});
}

#[test]
fn expire_what_has_no_offer_fails() {
	run(|| {
		let id = running();
		pass(7_200);
		assert_noop!(expire(STRANGER, id), Error::<Test>::NothingOffered);
	});
}

#[test]
fn expire_what_is_not_there_fails() {
	run(|| {
		assert_noop!(expire(STRANGER, 1), Error::<Test>::ContractNotFound);
	});
}
