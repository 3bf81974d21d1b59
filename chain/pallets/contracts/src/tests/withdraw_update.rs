use crate::{
	mock::{Contracts, *},
	*,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn withdraw(who: AccountId, id: ContractId) -> DispatchResult {
	Contracts::withdraw_update(signed(who), id)
}

#[test]
fn withdraw_update_works() {
	run(|| {
		let id = updating();
		pass(10);
		assert_ok!(withdraw(OWNER, id));
		assert_eq!(
			events().last(),
			Some(&Event::UpdateDropped {
				contract: id,
				node: 1,
				version: 2,
				reason: DropReason::Withdrawn,
			})
		);
		let left = contract(id);
		assert_eq!((left.state, left.pending), (ContractState::Running, None));
		assert_eq!(left.settled_at, 10, "it is settled");
		assert_eq!(held(OWNER, HoldReason::Contract), contract_deposit());
		let new_body = Bodies::<Test>::get(hash_of(NEW_BODY)).unwrap();
		assert_eq!(new_body.references, 0);
	});
}

#[test]
fn withdraw_update_beside_what_is_suspended_works() {
	run(|| {
		let id = updating();
		pass(SECONDS_PAID);
		assert_ok!(Contracts::settle(signed(STRANGER), id));
		assert_ok!(withdraw(OWNER, id));
		assert_eq!(contract(id).pending, None);
	});
}

#[test]
fn withdraw_update_removes_a_body_nobody_holds_works() {
	run(|| {
		let id = updating();
		assert_ok!(Contracts::drop_body(signed(OWNER), hash_of(NEW_BODY)));
		assert!(Bodies::<Test>::contains_key(hash_of(NEW_BODY)));
		assert_ok!(withdraw(OWNER, id));
		assert!(!Bodies::<Test>::contains_key(hash_of(NEW_BODY)));
	});
}

#[test]
fn withdraw_update_where_there_is_none_fails() {
	run(|| {
		let (running, offered) = (running(), offered());
		for id in [running, offered] {
			assert_noop!(withdraw(OWNER, id), Error::<Test>::NoUpdate);
		}
	});
}

#[test]
fn withdraw_update_by_anyone_but_the_owner_fails() {
	run(|| {
		let id = updating();
		for who in [OTHER_OWNER, OPERATOR, AGENT] {
			assert_noop!(withdraw(who, id), Error::<Test>::NotOwner);
		}
	});
}

#[test]
fn withdraw_update_of_what_is_not_there_fails() {
	run(|| {
		assert_noop!(withdraw(OWNER, 1), Error::<Test>::ContractNotFound);
	});
}
