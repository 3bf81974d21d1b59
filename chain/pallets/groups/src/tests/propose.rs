use crate::{mock::*, *};
use codec::Encode;
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{extract_actual_weight, GetDispatchInfo},
};
use sp_runtime::traits::Dispatchable;

#[test]
fn propose_works() {
	run(|| {
		let group = shop();
		assert_eq!(proposed(CAROL, group, deploy()), 0);
		let bytes = deploy().encode();
		let deposit = PROPOSAL_DEPOSIT + bytes.len() as Balance;
		assert_eq!(
			Proposals::<Test>::get(group, 0),
			Some(Proposal {
				proposer: CAROL,
				call: bytes.try_into().unwrap(),
				kind: Kind::Deploy,
				epoch: 0,
				transaction_version: 1,
				created_at: START,
				expires: EXPIRES,
				deposit,
				votes: vec![(CAROL, Vote::Approve)].try_into().unwrap(),
			})
		);
		assert_eq!(held(HoldReason::Proposal, &CAROL), deposit);
		assert_eq!(proposed(CAROL, group, deploy()), 1);
	});
}

#[test]
fn propose_without_a_vote_works() {
	run(|| {
		let list = [(ALICE, 50, Permissions::PROPOSE.0), (BOB, 51, BOTH)];
		let thresholds = Thresholds {
			deploy: 1,
			cancel: 1,
			spend: 1,
			govern: 1,
		};
		let group = Founding {
			members: members(&list),
			thresholds,
			..Default::default()
		}
		.done();
		proposed(ALICE, group, deploy());
		assert!(Proposals::<Test>::get(group, 0).unwrap().votes.is_empty());
		assert_noop!(
			approve(ALICE, group, 0, deploy()),
			Error::<Test>::NotApprover
		);
		assert_ok!(approve(BOB, group, 0, deploy()));
		assert_eq!(outcome(group, 0), Some(Outcome::Executed));
	});
}

#[test]
fn propose_with_weight_enough_to_execute_works() {
	run(|| {
		let group = shop();
		assert_ok!(propose(ALICE, group, cancel()));
		assert_eq!(remarks_by(), [account(group)]);
		assert_eq!(outcome(group, 0), Some(Outcome::Executed));
		assert_eq!(held(HoldReason::Proposal, &ALICE), 0);
		assert_eq!(OpenProposals::<Test>::iter().count(), 0);
	});
}

#[test]
fn propose_whose_call_fails_fails() {
	run(|| {
		let thresholds = Thresholds {
			deploy: 50,
			cancel: 50,
			spend: 50,
			govern: 50,
		};
		let group = Founding {
			thresholds,
			..Default::default()
		}
		.done();
		assert_noop!(
			propose(ALICE, group, pay(BOB, 1)),
			sp_runtime::TokenError::NotExpendable
		);
	});
}

#[test]
fn propose_in_no_group_fails() {
	run(|| {
		assert_noop!(propose(ALICE, 1, deploy()), Error::<Test>::GroupNotFound);
		assert_noop!(propose(ALICE, 0, deploy()), Error::<Test>::GroupNotFound);
	});
}

#[test]
fn propose_by_a_stranger_fails() {
	run(|| {
		let group = shop();
		assert_noop!(propose(STRANGER, group, deploy()), Error::<Test>::NotMember);
		// Founding a group makes nobody its member.
		let other = Founding {
			creator: STRANGER,
			..Default::default()
		}
		.done();
		assert_noop!(propose(STRANGER, other, deploy()), Error::<Test>::NotMember);
	});
}

#[test]
fn propose_without_the_permission_fails() {
	run(|| {
		let list = [
			(ALICE, 50, BOTH),
			(BOB, 30, Permissions::APPROVE.0),
			(CAROL, 20, 6),
		];
		let group = Founding {
			members: members(&list),
			..Default::default()
		}
		.done();
		assert_noop!(propose(BOB, group, deploy()), Error::<Test>::NotProposer);
		assert_noop!(propose(CAROL, group, deploy()), Error::<Test>::NotProposer);
	});
}

#[test]
fn propose_a_call_that_groups_may_not_make_fails() {
	run(|| {
		let group = shop();
		let call = pallet_balances::Call::transfer_all {
			dest: ALICE,
			keep_alive: false,
		};
		assert_noop!(
			propose(ALICE, group, call.into()),
			Error::<Test>::CallNotAllowed
		);
		RemarkKind::set(&None);
		assert_noop!(
			propose(ALICE, group, deploy()),
			Error::<Test>::CallNotAllowed
		);
	});
}

#[test]
fn propose_a_call_too_long_fails() {
	run(|| {
		let group = shop();
		let call = |len| -> RuntimeCall {
			frame_system::Call::remark {
				remark: vec![1; len],
			}
			.into()
		};
		let around = call(8_000).encoded_size() - 8_000;
		let longest = MAX_CALL_LEN as usize - around;
		assert_noop!(
			propose(CAROL, group, call(longest + 1)),
			Error::<Test>::CallTooLong
		);
		assert_ok!(propose(CAROL, group, call(longest)));
		assert_eq!(
			held(HoldReason::Proposal, &CAROL),
			PROPOSAL_DEPOSIT + Balance::from(MAX_CALL_LEN)
		);
	});
}

#[test]
fn propose_expiry_passed_fails() {
	run(|| {
		let group = shop();
		for expires in [0, START - 1, START] {
			assert_noop!(
				propose_until(CAROL, group, deploy(), expires),
				Error::<Test>::ExpiryPassed
			);
		}
		assert_ok!(propose_until(CAROL, group, deploy(), START + 1));
	});
}

#[test]
fn propose_expiry_too_far_fails() {
	run(|| {
		let group = shop();
		for expires in [START + LIFETIME + 1, u64::MAX] {
			assert_noop!(
				propose_until(CAROL, group, deploy(), expires),
				Error::<Test>::ExpiryTooFar
			);
		}
		assert_ok!(propose_until(CAROL, group, deploy(), START + LIFETIME));
	});
}

#[test]
fn propose_a_fifth_fails() {
	run(|| {
		let group = shop();
		for _ in 0..4 {
			proposed(CAROL, group, deploy());
		}
		assert_noop!(
			propose(CAROL, group, deploy()),
			Error::<Test>::TooManyOpenProposals
		);
		// Others may still, and so may she in another group.
		proposed(BOB, group, deploy());
		let other = shop();
		proposed(CAROL, other, deploy());
		// One that is decided makes room.
		assert_ok!(approve(ALICE, group, 2, deploy()));
		assert_eq!(OpenProposals::<Test>::get(group, CAROL), 3);
		proposed(CAROL, group, deploy());
	});
}

#[test]
fn propose_without_the_deposit_fails() {
	run(|| {
		let poor = AccountId::new([8; 32]);
		let list = [(poor.clone(), 1, BOTH), (ALICE, 99, BOTH)];
		let group = Founding {
			members: members(&list),
			..Default::default()
		}
		.done();
		let deposit = PROPOSAL_DEPOSIT + deploy().encoded_size() as Balance;
		let give = |value| {
			assert_ok!(Balances::transfer_keep_alive(
				RuntimeOrigin::signed(BOB),
				poor.clone(),
				value
			));
		};
		give(EXISTENTIAL_DEPOSIT + deposit - 1);
		assert_noop!(
			propose(poor.clone(), group, deploy()),
			Error::<Test>::CannotHoldDeposit
		);
		give(1);
		assert_ok!(propose(poor.clone(), group, deploy()));
	});
}

/// The fee is for what ran: a vote that does not decide does not pay for the call it carries.
#[test]
fn propose_charging_the_call_only_if_it_ran_works() {
	run(|| {
		let group = shop();
		let charged = |who, call: RuntimeCall| {
			let propose: RuntimeCall = Call::propose {
				group,
				call: Box::new(call),
				expires: EXPIRES,
			}
			.into();
			let info = propose.get_dispatch_info();
			let result = propose.dispatch(RuntimeOrigin::signed(who));
			(extract_actual_weight(&result, &info), info.call_weight)
		};
		let own = charging::propose::<Test>(&cancel());
		let carried = cancel().get_dispatch_info().call_weight;
		assert!(carried.ref_time() > 0);
		assert_eq!(charged(CAROL, cancel()), (own, own + carried));
		assert_eq!(charged(ALICE, cancel()), (own + carried, own + carried));
		// Refused before anything ran.
		assert_eq!(charged(STRANGER, cancel()), (own, own + carried));
	});
}
