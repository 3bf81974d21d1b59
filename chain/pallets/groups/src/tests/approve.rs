use crate::{mock::*, *};
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{extract_actual_weight, GetDispatchInfo},
	traits::fungible::Inspect,
};
use sp_runtime::{traits::Dispatchable, TokenError};

#[test]
fn approve_reaching_the_threshold_works() {
	run(|| {
		let group = shop();
		let id = proposed(CAROL, group, cancel());
		assert!(remarks_by().is_empty());
		// 20 + 30 is exactly what a cancel needs.
		assert_ok!(approve(BOB, group, id, cancel()));
		assert_eq!(remarks_by(), [account(group)]);
		assert_eq!(outcome(group, id), Some(Outcome::Executed));
		assert_eq!(held(HoldReason::Proposal, &CAROL), 0);
		assert_eq!(Proposals::<Test>::get(group, id), None);
	});
}

#[test]
fn approve_below_the_threshold_only_counts_works() {
	run(|| {
		let group = shop();
		// 50 of 51.
		let id = proposed(ALICE, group, deploy());
		assert_eq!(outcome(group, id), None);
		// 50 + 20 of 80.
		let id = proposed(ALICE, group, pay(BOB, 1));
		assert_ok!(approve(CAROL, group, id, pay(BOB, 1)));
		assert_eq!(outcome(group, id), None);
		assert_eq!(Proposals::<Test>::get(group, id).unwrap().votes.len(), 2);
	});
}

#[test]
fn approve_spending_the_groups_money_alone_works() {
	run(|| {
		let group = shop();
		assert_ok!(Balances::transfer_keep_alive(
			RuntimeOrigin::signed(CAROL),
			account(group),
			900
		));
		let before = (
			Balances::total_balance(&ALICE),
			Balances::total_balance(&CAROL),
		);
		let id = proposed(ALICE, group, pay(STRANGER, 900));
		assert_ok!(approve(BOB, group, id, pay(STRANGER, 900)));
		assert_eq!(Balances::free_balance(account(group)), EXISTENTIAL_DEPOSIT);
		assert_eq!(Balances::free_balance(STRANGER), FUNDS + 900);
		assert_eq!(
			(
				Balances::total_balance(&ALICE),
				Balances::total_balance(&CAROL)
			),
			before
		);
	});
}

#[test]
fn approve_closing_before_the_events_of_its_call_works() {
	run(|| {
		let group = shop();
		let id = proposed(CAROL, group, cancel());
		assert_ok!(approve(BOB, group, id, cancel()));
		let events: Vec<_> = System::events()
			.into_iter()
			.map(|record| record.event)
			.collect();
		let closed = RuntimeEvent::from(Event::ProposalClosed {
			group,
			proposal: id,
			outcome: Outcome::Executed,
		});
		let at = |event: &RuntimeEvent| events.iter().position(|other| other == event).unwrap();
		assert!(matches!(
			events[at(&closed) + 1],
			RuntimeEvent::System(frame_system::Event::Remarked { .. })
		));
	});
}

#[test]
fn approve_whose_call_fails_fails() {
	run(|| {
		let group = shop();
		let id = proposed(ALICE, group, pay(STRANGER, 1));
		// The decisive vote fails with the call's own error; the others' votes stay.
		assert_noop!(
			approve(BOB, group, id, pay(STRANGER, 1)),
			TokenError::NotExpendable
		);
		assert_ok!(approve(CAROL, group, id, pay(STRANGER, 1)));
		// Once there is money the same vote goes through.
		assert_ok!(Balances::transfer_keep_alive(
			RuntimeOrigin::signed(BOB),
			account(group),
			1
		));
		assert_ok!(approve(BOB, group, id, pay(STRANGER, 1)));
		assert_eq!(outcome(group, id), Some(Outcome::Executed));
	});
}

#[test]
fn approve_in_no_group_fails() {
	run(|| {
		assert_noop!(approve(ALICE, 1, 0, deploy()), Error::<Test>::GroupNotFound);
	});
}

#[test]
fn approve_no_proposal_fails() {
	run(|| {
		let group = shop();
		assert_noop!(
			approve(ALICE, group, 0, deploy()),
			Error::<Test>::ProposalNotFound
		);
		// Nor is it another group's of the same number.
		let other = shop();
		proposed(ALICE, other, deploy());
		assert_noop!(
			approve(BOB, group, 0, deploy()),
			Error::<Test>::ProposalNotFound
		);
	});
}

#[test]
fn approve_replayed_fails() {
	run(|| {
		let group = shop();
		let id = proposed(CAROL, group, cancel());
		assert_ok!(approve(BOB, group, id, cancel()));
		assert_noop!(
			approve(BOB, group, id, cancel()),
			Error::<Test>::ProposalNotFound
		);
		// The same call proposed again is another proposal.
		assert_eq!(proposed(CAROL, group, cancel()), id + 1);
		assert_noop!(
			approve(BOB, group, id, cancel()),
			Error::<Test>::ProposalNotFound
		);
		assert_eq!(remarks_by().len(), 1);
	});
}

#[test]
fn approve_by_a_stranger_fails() {
	run(|| {
		let group = shop();
		proposed(ALICE, group, deploy());
		assert_noop!(
			approve(STRANGER, group, 0, deploy()),
			Error::<Test>::NotMember
		);
		assert_noop!(
			approve(account(group), group, 0, deploy()),
			Error::<Test>::NotMember
		);
	});
}

#[test]
fn approve_without_the_permission_fails() {
	run(|| {
		let list = [(ALICE, 50, BOTH), (BOB, 90, 5), (CAROL, 50, BOTH)];
		let group = Founding {
			members: members(&list),
			..Default::default()
		}
		.done();
		proposed(ALICE, group, deploy());
		assert_noop!(approve(BOB, group, 0, deploy()), Error::<Test>::NotApprover);
	});
}

#[test]
fn approve_of_a_different_call_fails() {
	run(|| {
		let group = shop();
		proposed(ALICE, group, pay(STRANGER, 1));
		assert_noop!(
			approve(BOB, group, 0, pay(STRANGER, 2)),
			Error::<Test>::CallMismatch
		);
		assert_noop!(
			approve(BOB, group, 0, pay(BOB, 1)),
			Error::<Test>::CallMismatch
		);
		assert_noop!(
			approve(BOB, group, 0, cancel()),
			Error::<Test>::CallMismatch
		);
	});
}

#[test]
fn approve_twice_fails() {
	run(|| {
		let group = shop();
		proposed(CAROL, group, deploy());
		// Her proposal was her vote.
		assert_noop!(
			approve(CAROL, group, 0, deploy()),
			Error::<Test>::AlreadyVoted
		);
		assert_ok!(approve(BOB, group, 0, deploy()));
		assert_noop!(
			approve(BOB, group, 0, deploy()),
			Error::<Test>::AlreadyVoted
		);
	});
}

#[test]
fn approve_after_a_rejection_counting_once_works() {
	run(|| {
		let group = shop();
		proposed(CAROL, group, deploy());
		assert_ok!(reject(BOB, group, 0));
		assert_ok!(approve(BOB, group, 0, deploy()));
		assert_eq!(
			Proposals::<Test>::get(group, 0).unwrap().votes.to_vec(),
			[(CAROL, Vote::Approve), (BOB, Vote::Approve)]
		);
		// 50 of 51 still.
		assert_eq!(outcome(group, 0), None);
		assert_ok!(reject(CAROL, group, 0));
		// 30 + 50, without hers.
		assert_ok!(approve(ALICE, group, 0, deploy()));
		assert_eq!(outcome(group, 0), Some(Outcome::Executed));
	});
}

#[test]
fn approve_after_the_expiry_fails() {
	run(|| {
		let group = shop();
		proposed(ALICE, group, deploy());
		proposed(ALICE, group, deploy());
		pass(EXPIRES - START);
		assert_ok!(approve(BOB, group, 0, deploy()));
		assert_eq!(outcome(group, 0), Some(Outcome::Executed));
		pass(1);
		assert_noop!(
			approve(BOB, group, 1, deploy()),
			Error::<Test>::ProposalExpired
		);
	});
}

#[test]
fn approve_under_another_transaction_version_fails() {
	run(|| {
		let group = shop();
		proposed(ALICE, group, deploy());
		TransactionVersion::set(&2);
		assert_noop!(
			approve(BOB, group, 0, deploy()),
			Error::<Test>::ProposalStale
		);
		TransactionVersion::set(&1);
		assert_ok!(approve(BOB, group, 0, deploy()));
	});
}

#[test]
fn approve_under_another_epoch_fails() {
	run(|| {
		let group = shop();
		proposed(ALICE, group, deploy());
		// Even if the members are the same again.
		assert_ok!(send(
			account(group),
			Call::set_members {
				members: Founding::default().members,
				thresholds: THRESHOLDS
			}
		));
		assert_noop!(
			approve(BOB, group, 0, deploy()),
			Error::<Test>::ProposalStale
		);
	});
}

#[test]
fn approve_of_a_call_that_became_another_kind_fails() {
	run(|| {
		let group = shop();
		proposed(ALICE, group, deploy());
		RemarkKind::set(&Some(Kind::Cancel));
		assert_noop!(approve(BOB, group, 0, deploy()), Error::<Test>::KindChanged);
	});
}

#[test]
fn approve_of_a_call_no_longer_allowed_fails() {
	run(|| {
		let group = shop();
		proposed(ALICE, group, deploy());
		RemarkKind::set(&None);
		assert_noop!(
			approve(BOB, group, 0, deploy()),
			Error::<Test>::CallNotAllowed
		);
	});
}

/// The fee is for what ran, also when it failed.
#[test]
fn approve_charging_the_call_only_if_it_ran_works() {
	run(|| {
		let group = shop();
		let charged = |who, proposal, call: RuntimeCall| {
			let approve: RuntimeCall = Call::approve {
				group,
				proposal,
				call: Box::new(call),
			}
			.into();
			let info = approve.get_dispatch_info();
			let result = approve.dispatch(RuntimeOrigin::signed(who));
			(result.is_ok(), extract_actual_weight(&result, &info))
		};
		let own = charging::approve::<Test>(&cancel());
		let transfer = pay(STRANGER, 1).get_dispatch_info().call_weight;
		let id = proposed(ALICE, group, pay(STRANGER, 1));
		assert_eq!(charged(CAROL, id, pay(STRANGER, 1)), (true, own));
		assert_eq!(charged(CAROL, id, pay(STRANGER, 1)), (false, own));
		assert_eq!(charged(BOB, id, pay(STRANGER, 1)), (false, own + transfer));
		assert_ok!(Balances::transfer_keep_alive(
			RuntimeOrigin::signed(BOB),
			account(group),
			1
		));
		assert_eq!(charged(BOB, id, pay(STRANGER, 1)), (true, own + transfer));
	});
}
