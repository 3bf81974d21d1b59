//! What votes weigh and cost, with what they carry, however it is wrapped.

use super::chain::*;
use crate::{Executive, Groups, Runtime, RuntimeCall, COV, MILLICOV};
use codec::Encode;
use covenant_groups::{Classify, Member, Permissions, Thresholds};
use frame_support::dispatch::GetDispatchInfo;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Two};

fn batch_all(calls: Vec<RuntimeCall>) -> RuntimeCall {
	pallet_utility::Call::batch_all { calls }.into()
}

fn declared(call: &RuntimeCall) -> u64 {
	call.get_dispatch_info().call_weight.ref_time()
}

/// What `who` paid for `call`, which must succeed.
fn fee_of(who: Sr25519Keyring, call: impl Into<RuntimeCall>) -> u128 {
	let before = fees_paid();
	submit(who, call);
	fees_paid() - before
}

/// Group 2 of Alice and the shop, which is group 1; both have money.
fn a_group_in_a_group() {
	submit(Alice, create_shop());
	let member = |account| Member {
		account,
		weight: 1,
		permissions: Permissions(3),
	};
	let both = Thresholds {
		deploy: 2,
		cancel: 2,
		spend: 2,
		govern: 2,
	};
	submit(
		Alice,
		covenant_groups::Call::create_group {
			name: Default::default(),
			members: vec![member(Alice.to_account_id()), member(Groups::account_of(1))]
				.try_into()
				.unwrap(),
			thresholds: both,
			first: None,
		},
	);
	for group in [1, 2] {
		submit(Dave, pay(&Groups::account_of(group), 100 * COV));
	}
}

/// All that a group could be asked to pay to 20 accounts at once.
fn twenty_payments() -> RuntimeCall {
	batch_all(vec![pay(&Two.to_account_id(), MILLICOV); 20])
}

#[test]
fn a_vote_declares_all_that_it_may_set_off() {
	run(|| {
		let payments = twenty_payments();
		let single = declared(&pay(&Two.to_account_id(), MILLICOV));
		assert!(declared(&payments) > 20 * single);
		let inner = RuntimeCall::from(approve(2, 0, payments.clone()));
		let outer = RuntimeCall::from(propose(1, inner.clone()));
		let batched = batch_all(vec![inner.clone(), inner.clone()]);
		assert!(declared(&inner) > declared(&payments));
		assert!(declared(&outer) > declared(&inner));
		assert!(declared(&batched) > 2 * declared(&inner));
		assert!(declared(&RuntimeCall::from(propose(1, batched.clone()))) > declared(&batched));
	});
}

#[test]
fn a_vote_is_refunded_what_did_not_run_in_a_batch() {
	run(|| {
		a_group_in_a_group();
		let payments = twenty_payments();
		let carried = declared(&payments);
		// 20 of 80, then 70, and then Alice's 50 pay.
		submit(Charlie, propose(1, payments.clone()));
		let undecided = fee_of(Bob, approve(1, 0, payments.clone()));
		let deciding = fee_of(Alice, approve(1, 0, payments));
		assert_eq!(free(&Two.to_account_id()), 20 * MILLICOV);
		// A second of reference time is one COV; a batch may itself refund a little.
		let difference = deciding - undecided;
		let at_most = u128::from(carried) * COV / 1_000_000_000_000;
		assert!(
			difference <= at_most && difference > at_most * 9 / 10,
			"{difference} of {at_most}"
		);
	});
}

#[test]
fn a_vote_is_refunded_what_did_not_run_in_another_group() {
	run(|| {
		a_group_in_a_group();
		let payments = twenty_payments();
		let vote = |proposal| RuntimeCall::from(approve(2, proposal, payments.clone()));
		// In the first the shop's vote decides, in the second it does not: Alice waits with hers.
		submit(Alice, propose(2, payments.clone()));
		let outsiders = RuntimeCall::from(propose(2, payments.clone()));
		for (number, call) in [vote(0), outsiders].into_iter().enumerate() {
			submit(Charlie, propose(1, call.clone()));
			submit(Bob, approve(1, number as u32, call));
		}
		let decides = fee_of(Alice, approve(1, 0, vote(0)));
		assert_eq!(free(&Two.to_account_id()), 20 * MILLICOV);
		let waiting = covenant_groups::Proposals::<Runtime>::get(1, 1).expect("open");
		let call = codec::Decode::decode(&mut waiting.call.as_slice()).unwrap();
		let waits = fee_of(Alice, approve(1, 1, call));
		assert_eq!(free(&Two.to_account_id()), 20 * MILLICOV);
		assert!(covenant_groups::Proposals::<Runtime>::contains_key(2, 1));
		let carried = u128::from(declared(&payments)) * COV / 1_000_000_000_000;
		assert!(
			decides > waits + carried / 2,
			"{decides} is not {carried} above {waits}"
		);
	});
}

#[test]
fn a_vote_whose_call_fails_pays_for_what_ran() {
	run(|| {
		a_group_in_a_group();
		let mut parts = vec![pay(&Two.to_account_id(), MILLICOV); 19];
		parts.push(pay(&Two.to_account_id(), 1_000 * COV));
		let call = batch_all(parts);
		submit(Charlie, propose(1, call.clone()));
		let undecided = fee_of(Bob, approve(1, 0, call.clone()));
		let before = fees_paid();
		assert!(matches!(apply(Alice, approve(1, 0, call)), Ok(Err(_))));
		assert!(fees_paid() - before > 5 * undecided / 4);
		assert_eq!(free(&Two.to_account_id()), 0);
		let votes = covenant_groups::Proposals::<Runtime>::get(1, 0)
			.unwrap()
			.votes;
		assert_eq!(votes.len(), 2);
	});
}

#[test]
fn a_batch_in_a_group_is_carried_out_whole() {
	run(|| {
		a_group_in_a_group();
		let call = batch_all(vec![
			pay(&Two.to_account_id(), MILLICOV),
			propose(2, pay(&Two.to_account_id(), COV)).into(),
		]);
		submit(Alice, propose(1, call.clone()));
		submit(Bob, approve(1, 0, call));
		assert_eq!(free(&Two.to_account_id()), MILLICOV);
		assert_eq!(
			covenant_groups::Proposals::<Runtime>::get(2, 0).map(|open| open.proposer),
			Some(Groups::account_of(1))
		);
	});
}

/// A vote that looks cheap because it does not decide, and has much looked up to find its kind.
#[test]
fn a_vote_pays_for_finding_out_its_kind() {
	run(|| {
		a_group_in_a_group();
		let small = batch_all(vec![pay(&Two.to_account_id(), 1); 2]);
		let large = batch_all(vec![pay(&Two.to_account_id(), 1); 190]);
		let cost = |call: &RuntimeCall| crate::GroupCalls::weight(call).ref_time();
		let more = u128::from(cost(&large) - cost(&small)) * COV / 1_000_000_000_000;
		let bytes = (large.encoded_size() - small.encoded_size()) as u128;
		let more = more + bytes * COV / 100_000;
		let cheap = fee_of(Charlie, propose(1, small));
		let dear = fee_of(Charlie, propose(1, large));
		assert!(dear - cheap >= more, "{} for {more}", dear - cheap);
	});
}

/// Every vote that fits into a block is paid for: none weighs more than a block holds.
#[test]
fn a_vote_that_no_block_could_hold_is_refused() {
	run(|| {
		a_group_in_a_group();
		let part = pay(&Two.to_account_id(), 1);
		let room = 2_000_000_000_000 / declared(&part);
		let endless = batch_all(vec![part; room as usize + 1]);
		let vote = signed(Alice, propose(1, endless));
		assert!(Executive::apply_extrinsic(vote).is_err());
	});
}
