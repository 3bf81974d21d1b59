use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, assert_storage_noop};
use sp_runtime::DispatchError;

fn open(group: GroupId, id: ProposalId) -> Tally {
	match Pallet::<Test>::decision(group, id) {
		Some(Decision::Open(tally)) => tally,
		other => panic!("{other:?} is not open"),
	}
}

/// What would come of the proposal, and that asking changes nothing.
fn if_approved(group: GroupId, id: ProposalId) -> Result<(), DispatchError> {
	let outcome;
	assert_storage_noop!(outcome = Pallet::<Test>::if_approved(group, id, |result| result));
	outcome.unwrap()
}

#[test]
fn a_decision_counts_as_the_votes_do() {
	run(|| {
		let group = shop();
		let id = proposed(CAROL, group, deploy());
		assert_eq!(
			open(group, id),
			Tally {
				approved: 20,
				rejected: 0,
				threshold: 51,
				total: 100
			}
		);
		assert_ok!(reject(BOB, group, id));
		let tally = open(group, id);
		assert_eq!((tally.approved, tally.rejected), (20, 30));
		assert!(!tally.is_reached() && !tally.is_out_of_reach());
		assert_ok!(approve(ALICE, group, id, deploy()));
		assert_eq!(outcome(group, id), Some(Outcome::Executed));
		assert_eq!(Pallet::<Test>::decision(group, id), None);
	});
}

#[test]
fn a_decision_is_out_of_reach_just_when_a_rejection_closes_it() {
	run(|| {
		let group = shop();
		let id = proposed(CAROL, group, deploy());
		let tally = |rejected| Tally {
			rejected,
			..open(group, id)
		};
		assert!(!tally(49).is_out_of_reach() && tally(50).is_out_of_reach());
		assert_ok!(reject(ALICE, group, id));
		assert_eq!(outcome(group, id), Some(Outcome::Rejected));
	});
}

#[test]
fn a_decision_is_stale_in_another_epoch_and_expired_after_its_last_second() {
	run(|| {
		let group = shop();
		let id = proposed(CAROL, group, deploy());
		pass(EXPIRES - START);
		assert_eq!(open(group, id).approved, 20);
		pass(1);
		assert_eq!(Pallet::<Test>::decision(group, id), Some(Decision::Expired));
		assert_eq!(
			if_approved(group, id),
			Err(Error::<Test>::ProposalExpired.into())
		);
		TransactionVersion::set(&2);
		assert_eq!(Pallet::<Test>::decision(group, id), Some(Decision::Stale));
		assert_eq!(
			if_approved(group, id),
			Err(Error::<Test>::ProposalStale.into())
		);
	});
}

#[test]
fn a_decision_in_a_dissolved_group_is_stale() {
	run(|| {
		let group = lone();
		let id = proposed(BOB, group, deploy());
		assert_ok!(propose(ALICE, group, dissolve(STRANGER)));
		assert_eq!(Pallet::<Test>::decision(group, id), Some(Decision::Stale));
		assert_eq!(
			if_approved(group, id),
			Err(Error::<Test>::ProposalStale.into())
		);
	});
}

#[test]
fn a_call_is_carried_out_as_the_group_and_undone() {
	run(|| {
		let group = shop();
		let id = proposed(CAROL, group, cancel());
		assert_eq!(if_approved(group, id), Ok(()));
		assert_storage_noop!(Pallet::<Test>::if_approved(group, id, |_| {
			assert_eq!(remarks_by(), [account(group)]);
			assert_eq!(held(HoldReason::Proposal, &CAROL), 0);
		})
		.unwrap());
		assert_eq!(remarks_by(), []);
		assert_eq!(open(group, id).approved, 20);
	});
}

#[test]
fn a_call_that_would_fail_says_why_as_its_last_vote_would() {
	run(|| {
		let group = shop();
		let id = proposed(CAROL, group, pay(STRANGER, 1_000_000_000));
		let error = if_approved(group, id).unwrap_err();
		assert_ok!(approve(BOB, group, id, pay(STRANGER, 1_000_000_000)));
		assert_noop!(
			approve(ALICE, group, id, pay(STRANGER, 1_000_000_000)),
			error
		);
		assert_eq!(
			if_approved(group, 9),
			Err(Error::<Test>::ProposalNotFound.into())
		);
	});
}
