use crate::{
	mock::{Contracts, *},
	*,
};
use frame_support::{assert_noop, assert_ok};

fn drop(who: AccountId) -> sp_runtime::DispatchResult {
	Contracts::drop_body(signed(who), hash_of(BODY))
}

fn is_there() -> bool {
	Bodies::<Test>::contains_key(hash_of(BODY))
}

#[test]
fn drop_body_works() {
	run(|| {
		assert_ok!(note(OWNER, BODY));
		assert_ok!(drop(OWNER));
		assert!(!is_there());
		assert_eq!(free(OWNER), FUNDS);
		let hash = hash_of(BODY);
		assert!(events().ends_with(&[
			Event::BodyDropped { hash, who: OWNER },
			Event::BodyRemoved { hash },
		]));
	});
}

#[test]
fn drop_body_that_another_holds_keeps_its_bytes_works() {
	run(|| {
		assert_ok!(note(OWNER, BODY));
		assert_ok!(note(OTHER_OWNER, BODY));
		assert_ok!(drop(OWNER));
		assert!(is_there());
		assert_eq!(
			events().last(),
			Some(&Event::BodyDropped {
				hash: hash_of(BODY),
				who: OWNER
			})
		);
		assert_ok!(drop(OTHER_OWNER));
		assert!(!is_there());
	});
}

#[test]
fn drop_body_that_a_contract_names_keeps_its_bytes_works() {
	run(|| {
		let id = offered();
		assert_ok!(drop(OWNER));
		assert_eq!(held(OWNER, HoldReason::Body), 0);
		assert!(is_there());

		assert_ok!(Contracts::cancel(signed(OWNER), id));
		assert!(!is_there());
		assert_eq!(
			events().last(),
			Some(&Event::BodyRemoved {
				hash: hash_of(BODY)
			})
		);
	});
}

#[test]
fn drop_body_refunds_what_was_held_works() {
	run(|| {
		assert_ok!(note(OWNER, BODY));
		BodyPrice::set(&(3 * BODY_DEPOSIT));
		assert_ok!(drop(OWNER));
		assert_eq!(free(OWNER), FUNDS);
	});
}

#[test]
fn drop_body_by_one_who_does_not_hold_it_fails() {
	run(|| {
		assert_noop!(drop(OWNER), Error::<Test>::NotHolder);
		assert_ok!(note(OWNER, BODY));
		assert_noop!(drop(OTHER_OWNER), Error::<Test>::NotHolder);
	});
}

#[test]
fn drop_body_twice_fails() {
	run(|| {
		assert_ok!(note(OWNER, BODY));
		assert_ok!(drop(OWNER));
		assert_noop!(drop(OWNER), Error::<Test>::NotHolder);
	});
}
