use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

#[test]
fn note_body_works() {
	run(|| {
		assert_ok!(note(OWNER, BODY));
		assert_eq!(
			Bodies::<Test>::get(hash_of(BODY)),
			Some(Body {
				bytes: bounded(BODY),
				holders: 1,
				references: 0
			})
		);
		assert_eq!(
			BodyDeposits::<Test>::get(hash_of(BODY), OWNER),
			Some(body_deposit())
		);
		assert_eq!(held(OWNER, HoldReason::Body), body_deposit());
		System::assert_last_event(
			Event::BodyNoted {
				hash: hash_of(BODY),
				who: OWNER,
				bytes: bounded(BODY),
				deposit: body_deposit(),
			}
			.into(),
		);
	});
}

#[test]
fn note_body_known_by_its_blake2_256_works() {
	run(|| {
		assert_ok!(note(OWNER, b"abc"));
		// The first 256-bit vector of BLAKE2b for "abc".
		let hash = "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319";
		assert!(Bodies::<Test>::contains_key(
			hash.parse::<BodyHash>().unwrap()
		));
	});
}

#[test]
fn note_body_twice_changes_nothing_works() {
	run(|| {
		assert_ok!(note(OWNER, BODY));
		let before = System::event_count();
		assert_ok!(note(OWNER, BODY));
		assert_eq!(System::event_count(), before);
		assert_eq!(held(OWNER, HoldReason::Body), body_deposit());
	});
}

#[test]
fn note_body_that_another_holds_works() {
	run(|| {
		assert_ok!(note(OWNER, BODY));
		assert_ok!(note(OTHER_OWNER, BODY));
		assert_eq!(Bodies::<Test>::get(hash_of(BODY)).unwrap().holders, 2);
		assert_eq!(held(OTHER_OWNER, HoldReason::Body), body_deposit());
	});
}

#[test]
fn note_body_of_the_greatest_length_works() {
	use codec::{Decode, Encode};
	run(|| {
		let longest = vec![b' '; 16_384];
		assert_ok!(note(OWNER, &longest));
		assert_eq!(
			held(OWNER, HoldReason::Body),
			BODY_DEPOSIT + 16_384 * BYTE_DEPOSIT
		);

		let call = |len: usize| (0u8, vec![b' '; len]).encode();
		assert!(Call::<Test>::decode(&mut &call(16_384)[..]).is_ok());
		assert!(Call::<Test>::decode(&mut &call(16_385)[..]).is_err());
	});
}

#[test]
fn note_body_without_the_deposit_fails() {
	run(|| {
		let enough = body_deposit() + EXISTENTIAL_DEPOSIT;
		assert_ok!(Balances::transfer_allow_death(
			signed(STRANGER),
			5,
			enough - 1
		));
		assert_noop!(note(5, BODY), Error::<Test>::CannotHoldDeposit);
		assert_ok!(Balances::transfer_allow_death(signed(STRANGER), 5, 1));
		assert_ok!(note(5, BODY));
	});
}
