use crate::{mock::*, *};
use frame_support::{
	assert_noop, assert_ok,
	traits::{fungible::MutateHold, tokens::Precision},
};

fn free(who: &AccountId) -> Balance {
	Balances::free_balance(who)
}

#[test]
fn dissolve_moves_the_rest_and_returns_the_deposit_works() {
	run(|| {
		let group = shop();
		let own = account(group);
		assert_ok!(Balances::transfer_keep_alive(
			RuntimeOrigin::signed(BOB),
			own.clone(),
			5_000
		));
		let id = proposed(ALICE, group, dissolve(STRANGER));
		assert_ok!(approve(BOB, group, id, dissolve(STRANGER)));
		assert!(crate::Groups::<Test>::contains_key(group));
		assert_ok!(approve(CAROL, group, id, dissolve(STRANGER)));

		assert!(!crate::Groups::<Test>::contains_key(group));
		assert_eq!(GroupOf::<Test>::get(&own), None);
		assert!(!frame_system::Account::<Test>::contains_key(&own));
		let moved = 5_000 + EXISTENTIAL_DEPOSIT;
		assert_eq!(free(&STRANGER), FUNDS + moved);
		assert_eq!(held(HoldReason::Group, &ALICE), 0);
		assert_eq!(free(&ALICE), FUNDS - EXISTENTIAL_DEPOSIT);
		let last = events().pop();
		assert_eq!(
			last,
			Some(Event::GroupDissolved {
				group,
				beneficiary: STRANGER,
				moved,
			})
		);
	});
}

#[test]
fn dissolve_to_an_account_that_is_not_there_works() {
	run(|| {
		let group = lone();
		let nobody = AccountId::new([77; 32]);
		assert_ok!(propose(ALICE, group, dissolve(nobody.clone())));
		assert_eq!(free(&nobody), EXISTENTIAL_DEPOSIT);
	});
}

#[test]
fn dissolve_leaves_the_id_unused_works() {
	run(|| {
		let group = lone();
		assert_ok!(propose(ALICE, group, dissolve(ALICE)));
		assert_eq!(lone(), group + 1);
	});
}

#[test]
fn dissolve_leaves_open_proposals_that_nobody_can_decide_works() {
	run(|| {
		let group = lone();
		let id = proposed(BOB, group, deploy());
		assert_ok!(propose(ALICE, group, dissolve(ALICE)));
		assert_noop!(
			approve(ALICE, group, id, deploy()),
			Error::<Test>::GroupNotFound
		);
		assert_noop!(reject(ALICE, group, id), Error::<Test>::GroupNotFound);
	});
}

#[test]
fn dissolve_with_a_proposal_of_its_own_open_elsewhere_fails() {
	run(|| {
		let outer = lone();
		let own = account(outer);
		let inner = Founding {
			members: members(&[(own.clone(), 50, BOTH), (BOB, 50, BOTH)]),
			..Default::default()
		}
		.done();
		assert_ok!(Balances::transfer_keep_alive(
			RuntimeOrigin::signed(BOB),
			own,
			5_000
		));
		let elsewhere = RuntimeCall::from(Call::propose {
			group: inner,
			call: Box::new(deploy()),
			expires: EXPIRES,
		});
		assert_ok!(propose(ALICE, outer, elsewhere));
		assert_noop!(
			propose(ALICE, outer, dissolve(ALICE)),
			Error::<Test>::StillHolds
		);
		let back = RuntimeCall::from(Call::withdraw {
			group: inner,
			proposal: 0,
		});
		assert_ok!(propose(ALICE, outer, back));
		assert_ok!(propose(ALICE, outer, dissolve(ALICE)));
	});
}

#[test]
fn dissolve_what_another_reason_holds_fails() {
	run(|| {
		let group = lone();
		let own = account(group);
		assert_ok!(Balances::transfer_keep_alive(
			RuntimeOrigin::signed(BOB),
			own.clone(),
			50
		));
		let reason = RuntimeHoldReason::from(HoldReason::Group);
		assert_ok!(Balances::hold(&reason, &own, 1));
		assert_noop!(
			propose(ALICE, group, dissolve(ALICE)),
			Error::<Test>::StillHolds
		);
		assert_ok!(Balances::release(&reason, &own, 1, Precision::Exact));
	});
}

#[test]
fn dissolve_for_itself_fails() {
	run(|| {
		let group = lone();
		assert_noop!(
			propose(ALICE, group, dissolve(account(group))),
			Error::<Test>::OwnBeneficiary
		);
	});
}

#[test]
fn dissolve_by_anyone_but_a_group_fails() {
	run(|| {
		shop();
		assert_noop!(
			send(ALICE, Call::dissolve { beneficiary: ALICE }),
			Error::<Test>::NotGroup
		);
	});
}

#[test]
fn dissolve_twice_fails() {
	run(|| {
		let group = lone();
		assert_ok!(propose(ALICE, group, dissolve(ALICE)));
		assert_noop!(
			send(account(group), Call::dissolve { beneficiary: ALICE }),
			Error::<Test>::NotGroup
		);
	});
}
