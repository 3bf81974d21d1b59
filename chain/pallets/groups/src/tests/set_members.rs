use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

fn two() -> Members<AccountId> {
	members(&[(ALICE, 50, BOTH), (BOB, 50, BOTH)])
}

#[test]
fn set_members_works() {
	run(|| {
		let group = shop();
		let thresholds = Thresholds {
			deploy: 1,
			cancel: 2,
			spend: 3,
			govern: 4,
		};
		let id = proposed(ALICE, group, set_members(two(), thresholds));
		assert_ok!(approve(BOB, group, id, set_members(two(), thresholds)));
		assert_eq!(crate::Groups::<Test>::get(group).unwrap().epoch, 0);
		assert_ok!(approve(CAROL, group, id, set_members(two(), thresholds)));
		let changed = crate::Groups::<Test>::get(group).unwrap();
		assert_eq!(
			(
				changed.members,
				changed.thresholds,
				changed.epoch,
				changed.next_proposal
			),
			(two(), thresholds, 1, 1)
		);
		// Its account, and so what it owns, is the same.
		assert_eq!(GroupOf::<Test>::get(account(group)), Some(group));
		// Members who stay decide by the new thresholds.
		let id = proposed(BOB, group, deploy());
		assert_eq!(outcome(group, id), Some(Outcome::Executed));
	});
}

#[test]
fn set_members_mid_vote_making_proposals_stale_works() {
	run(|| {
		let group = shop();
		proposed(CAROL, group, deploy());
		proposed(BOB, group, deploy());
		assert_ok!(send(
			account(group),
			Call::set_members {
				members: two(),
				thresholds: THRESHOLDS
			}
		));
		// Carol is out, and her vote with her: Bob's approval would have been enough.
		assert_noop!(
			approve(ALICE, group, 0, deploy()),
			Error::<Test>::ProposalStale
		);
		assert_noop!(approve(CAROL, group, 1, deploy()), Error::<Test>::NotMember);
		assert_noop!(reject(ALICE, group, 1), Error::<Test>::ProposalStale);
		// What is asked anew is decided by those who are in.
		let id = proposed(ALICE, group, deploy());
		assert_ok!(approve(BOB, group, id, deploy()));
		assert_eq!(outcome(group, id), Some(Outcome::Executed));
	});
}

#[test]
fn set_members_by_a_member_fails() {
	run(|| {
		shop();
		let call = || Call::set_members {
			members: two(),
			thresholds: THRESHOLDS,
		};
		assert_noop!(send(ALICE, call()), Error::<Test>::NotGroup);
		assert_noop!(send(account(2), call()), Error::<Test>::NotGroup);
	});
}

#[test]
fn set_members_of_another_group_fails() {
	run(|| {
		let (ours, theirs) = (shop(), shop());
		assert_ok!(send(
			account(ours),
			Call::set_members {
				members: two(),
				thresholds: THRESHOLDS
			}
		));
		assert_eq!(crate::Groups::<Test>::get(theirs).unwrap().epoch, 0);
	});
}

#[test]
fn set_members_that_could_not_decide_fails() {
	run(|| {
		let group = shop();
		let refused = |members, thresholds, error: Error<Test>| {
			let call = Call::set_members {
				members,
				thresholds,
			};
			assert_noop!(send(account(group), call), error);
		};
		refused(members(&[]), THRESHOLDS, Error::NobodyMayPropose);
		refused(
			members(&[(ALICE, 99, BOTH)]),
			THRESHOLDS,
			Error::ThresholdOutOfReach,
		);
		refused(
			two(),
			Thresholds {
				govern: 79,
				..THRESHOLDS
			},
			Error::GovernTooLow,
		);
		let own = members(&[(ALICE, 100, BOTH), (account(group), 1, BOTH)]);
		refused(own, THRESHOLDS, Error::OwnMember);
	});
}

#[test]
fn set_members_that_could_not_decide_voted_for_fails() {
	run(|| {
		let group = shop();
		let call = || set_members(members(&[]), THRESHOLDS);
		let id = proposed(ALICE, group, call());
		assert_ok!(approve(BOB, group, id, call()));
		assert_noop!(
			approve(CAROL, group, id, call()),
			Error::<Test>::NobodyMayPropose
		);
	});
}
