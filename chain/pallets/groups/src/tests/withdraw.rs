use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

#[test]
fn withdraw_returns_the_deposit_and_makes_room_works() {
	run(|| {
		let group = shop();
		for _ in 0..4 {
			proposed(ALICE, group, deploy());
		}
		assert_noop!(
			propose(ALICE, group, deploy()),
			Error::<Test>::TooManyOpenProposals
		);
		let before = held(HoldReason::Proposal, &ALICE);
		let deposit = Proposals::<Test>::get(group, 2).unwrap().deposit;
		assert_ok!(withdraw(ALICE, group, 2));
		assert_eq!(outcome(group, 2), Some(Outcome::Withdrawn));
		assert_eq!(held(HoldReason::Proposal, &ALICE), before - deposit);
		assert_ok!(propose(ALICE, group, deploy()));
	});
}

#[test]
fn withdraw_with_others_votes_on_it_works() {
	run(|| {
		let group = shop();
		let id = proposed(CAROL, group, deploy());
		assert_ok!(approve(BOB, group, id, deploy()));
		assert_ok!(withdraw(CAROL, group, id));
		assert_noop!(
			approve(ALICE, group, id, deploy()),
			Error::<Test>::ProposalNotFound
		);
	});
}

#[test]
fn withdraw_when_expired_works() {
	run(|| {
		let group = shop();
		let id = proposed(ALICE, group, deploy());
		pass(EXPIRES - START + 1);
		assert_ok!(withdraw(ALICE, group, id));
	});
}

#[test]
fn withdraw_by_one_who_is_no_member_any_more_works() {
	run(|| {
		let group = shop();
		let id = proposed(ALICE, group, deploy());
		let call = set_members(members(&[(BOB, 100, BOTH)]), THRESHOLDS);
		let reform = proposed(BOB, group, call.clone());
		assert_ok!(approve(ALICE, group, reform, call.clone()));
		assert_ok!(approve(CAROL, group, reform, call));
		assert_ok!(withdraw(ALICE, group, id));
		assert_eq!(held(HoldReason::Proposal, &ALICE), 0);
	});
}

#[test]
fn withdraw_from_a_dissolved_group_works() {
	run(|| {
		let group = lone();
		let id = proposed(BOB, group, deploy());
		assert_ok!(propose(ALICE, group, dissolve(ALICE)));
		assert_ok!(withdraw(BOB, group, id));
		assert_eq!(held(HoldReason::Proposal, &BOB), 0);
	});
}

#[test]
fn withdraw_by_another_fails() {
	run(|| {
		let group = shop();
		let id = proposed(ALICE, group, deploy());
		for who in [BOB, STRANGER, account(group)] {
			assert_noop!(withdraw(who, group, id), Error::<Test>::NotItsProposer);
		}
	});
}

#[test]
fn withdraw_no_proposal_fails() {
	run(|| {
		assert_noop!(withdraw(ALICE, 1, 0), Error::<Test>::ProposalNotFound);
		let group = shop();
		let id = proposed(ALICE, group, deploy());
		assert_ok!(withdraw(ALICE, group, id));
		assert_noop!(withdraw(ALICE, group, id), Error::<Test>::ProposalNotFound);
	});
}
