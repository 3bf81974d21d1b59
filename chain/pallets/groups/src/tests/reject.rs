use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

#[test]
fn reject_that_decides_works() {
	run(|| {
		let group = shop();
		// A spend needs 80: with Bob's 30 gone, 70 remain.
		let id = proposed(ALICE, group, pay(STRANGER, 1));
		assert_ok!(reject(BOB, group, id));
		assert_eq!(outcome(group, id), Some(Outcome::Rejected));
		assert_eq!(held(HoldReason::Proposal, &ALICE), 0);
		assert_eq!(OpenProposals::<Test>::iter().count(), 0);
		assert_noop!(reject(CAROL, group, id), Error::<Test>::ProposalNotFound);
	});
}

#[test]
fn reject_that_leaves_enough_works() {
	run(|| {
		let group = shop();
		// Without Carol's 20, exactly the 80 that a spend needs remain.
		let id = proposed(ALICE, group, pay(STRANGER, 1));
		assert_ok!(reject(CAROL, group, id));
		assert_eq!(outcome(group, id), None);
		assert_eq!(
			Proposals::<Test>::get(group, id).unwrap().votes.to_vec(),
			[(ALICE, Vote::Approve), (CAROL, Vote::Reject)]
		);
	});
}

#[test]
fn reject_by_the_proposer_taking_the_approval_back_works() {
	run(|| {
		let group = shop();
		let id = proposed(ALICE, group, deploy());
		// Without her 50, 50 remain of 51.
		assert_ok!(reject(ALICE, group, id));
		assert_eq!(outcome(group, id), Some(Outcome::Rejected));
	});
}

#[test]
fn reject_by_a_vetoer_works() {
	run(|| {
		let list = [
			(ALICE, 50, BOTH),
			(BOB, 50, BOTH),
			(CAROL, 1, Permissions::VETO.0),
		];
		let group = Founding {
			members: members(&list),
			..Default::default()
		}
		.done();
		let id = proposed(ALICE, group, deploy());
		assert_ok!(reject(CAROL, group, id));
		assert_eq!(outcome(group, id), Some(Outcome::Rejected));
		// To veto is not to approve.
		let id = proposed(ALICE, group, deploy());
		assert_noop!(
			approve(CAROL, group, id, deploy()),
			Error::<Test>::NotApprover
		);
	});
}

#[test]
fn reject_by_a_vetoer_of_govern_fails() {
	run(|| {
		let list = [
			(ALICE, 50, BOTH),
			(BOB, 50, BOTH),
			(CAROL, 1, 4),
			(STRANGER, 1, 6),
		];
		let group = Founding {
			members: members(&list),
			..Default::default()
		}
		.done();
		let call = || set_members(members(&[(ALICE, 100, BOTH)]), THRESHOLDS);
		let id = proposed(ALICE, group, call());
		assert_noop!(reject(CAROL, group, id), Error::<Test>::NotApprover);
		// One who also approves may vote against it, with a weight like any other.
		assert_ok!(reject(STRANGER, group, id));
		assert_eq!(outcome(group, id), None);
		assert_ok!(approve(BOB, group, id, call()));
		assert_eq!(outcome(group, id), Some(Outcome::Executed));
	});
}

#[test]
fn reject_in_no_group_fails() {
	run(|| {
		assert_noop!(reject(ALICE, 1, 0), Error::<Test>::GroupNotFound);
	});
}

#[test]
fn reject_no_proposal_fails() {
	run(|| {
		let group = shop();
		assert_noop!(reject(ALICE, group, 0), Error::<Test>::ProposalNotFound);
	});
}

#[test]
fn reject_by_a_stranger_fails() {
	run(|| {
		let group = shop();
		proposed(ALICE, group, deploy());
		assert_noop!(reject(STRANGER, group, 0), Error::<Test>::NotMember);
	});
}

#[test]
fn reject_without_the_permission_fails() {
	run(|| {
		let list = [(ALICE, 100, BOTH), (BOB, 90, Permissions::PROPOSE.0)];
		let thresholds = Thresholds {
			govern: 100,
			deploy: 100,
			..THRESHOLDS
		};
		let group = Founding {
			members: members(&list),
			thresholds,
			..Default::default()
		}
		.done();
		proposed(BOB, group, deploy());
		assert_noop!(reject(BOB, group, 0), Error::<Test>::NotApprover);
	});
}

#[test]
fn reject_twice_fails() {
	run(|| {
		let group = shop();
		proposed(ALICE, group, deploy());
		assert_ok!(reject(CAROL, group, 0));
		assert_noop!(reject(CAROL, group, 0), Error::<Test>::AlreadyVoted);
	});
}

#[test]
fn reject_after_the_expiry_fails() {
	run(|| {
		let group = shop();
		proposed(ALICE, group, deploy());
		pass(EXPIRES - START);
		assert_ok!(reject(CAROL, group, 0));
		pass(1);
		assert_noop!(reject(BOB, group, 0), Error::<Test>::ProposalExpired);
	});
}

#[test]
fn reject_when_stale_fails() {
	run(|| {
		let group = shop();
		proposed(ALICE, group, deploy());
		TransactionVersion::set(&2);
		assert_noop!(reject(BOB, group, 0), Error::<Test>::ProposalStale);
	});
}
