use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

#[test]
fn clear_by_anyone_after_the_expiry_works() {
	run(|| {
		let group = shop();
		let id = proposed(ALICE, group, deploy());
		pass(EXPIRES - START);
		assert_noop!(clear(STRANGER, group, id), Error::<Test>::StillOpen);
		pass(1);
		assert_ok!(clear(STRANGER, group, id));
		assert_eq!(outcome(group, id), Some(Outcome::Cleared));
		assert_eq!(held(HoldReason::Proposal, &ALICE), 0);
		assert_eq!(OpenProposals::<Test>::iter().count(), 0);
	});
}

#[test]
fn clear_what_another_epoch_left_works() {
	run(|| {
		let group = lone();
		let id = proposed(BOB, group, deploy());
		let same = crate::Groups::<Test>::get(group).unwrap();
		assert_ok!(propose(
			ALICE,
			group,
			set_members(same.members, same.thresholds)
		));
		assert_ok!(clear(STRANGER, group, id));
		assert_eq!(held(HoldReason::Proposal, &BOB), 0);
	});
}

#[test]
fn clear_what_another_transaction_version_left_works() {
	run(|| {
		let group = shop();
		let id = proposed(ALICE, group, deploy());
		TransactionVersion::set(&2);
		assert_ok!(clear(STRANGER, group, id));
		assert_eq!(outcome(group, id), Some(Outcome::Cleared));
	});
}

#[test]
fn clear_what_a_dissolved_group_left_works() {
	run(|| {
		let group = lone();
		let id = proposed(BOB, group, deploy());
		assert_ok!(propose(ALICE, group, dissolve(ALICE)));
		assert_ok!(clear(STRANGER, group, id));
		assert_eq!(held(HoldReason::Proposal, &BOB), 0);
	});
}

#[test]
fn clear_what_is_open_fails() {
	run(|| {
		let group = shop();
		let id = proposed(ALICE, group, deploy());
		for who in [ALICE, BOB, STRANGER] {
			assert_noop!(clear(who, group, id), Error::<Test>::StillOpen);
		}
	});
}

#[test]
fn clear_no_proposal_fails() {
	run(|| {
		assert_noop!(clear(STRANGER, 1, 0), Error::<Test>::ProposalNotFound);
		let group = shop();
		assert_noop!(clear(STRANGER, group, 0), Error::<Test>::ProposalNotFound);
	});
}
