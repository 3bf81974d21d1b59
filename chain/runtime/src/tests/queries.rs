//! What the runtime says would come of a call, held against what then comes of it.

use super::chain::*;
use crate::{Block, Groups, Runtime, RuntimeCall, COV, VERSION};
use codec::Encode;
use covenant_groups::{Decision, Outcome};
use covenant_runtime_api::{
	runtime_decl_for_covenant_api::CovenantApi, Closing, Execution, Refusal,
};
use frame_support::assert_storage_noop;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve};
use sp_runtime::{ArithmeticError, DispatchError, TokenError};

type Rehearsed = Result<Execution, Refusal>;

/// What would come of `call`, and that asking changes nothing.
fn would_execute(who: Sr25519Keyring, call: impl Into<RuntimeCall>) -> Rehearsed {
	let bytes = call.into().encode();
	let said;
	assert_storage_noop!(
		said = <Runtime as CovenantApi<Block, _>>::would_execute(
			who.to_account_id(),
			bytes,
			VERSION.transaction_version
		)
	);
	said
}

fn would_carry_out(group: u32, proposal: u32) -> Rehearsed {
	let said;
	assert_storage_noop!(
		said = <Runtime as CovenantApi<Block, crate::AccountId>>::would_carry_out(group, proposal)
	);
	said
}

fn nothing_closed() -> Rehearsed {
	Ok(Execution { closes: vec![] })
}

fn closed(group: u32, proposal: u32, outcome: Outcome) -> Rehearsed {
	Ok(Execution {
		closes: vec![Closing {
			group,
			proposal,
			outcome,
		}],
	})
}

/// Says that `call` fails, and as what; and so it does.
fn fails(who: Sr25519Keyring, call: impl Into<RuntimeCall>) -> DispatchError {
	let call = call.into();
	let Err(Refusal::Failed(error)) = would_execute(who, call.clone()) else {
		panic!("it would not fail")
	};
	assert_eq!(apply(who, call), Ok(Err(error)));
	error
}

#[test]
fn a_call_is_said_to_execute_as_it_then_does() {
	run(|| {
		let dave = free(&Dave.to_account_id());
		let call = pay(&Dave.to_account_id(), COV);
		assert_eq!(would_execute(Alice, call.clone()), nothing_closed());
		assert_eq!(free(&Dave.to_account_id()), dave);
		submit(Alice, call);
		assert_eq!(free(&Dave.to_account_id()), dave + COV);
	});
}

#[test]
fn a_call_is_said_to_fail_with_the_error_it_then_fails_with() {
	run(|| {
		assert_eq!(
			fails(Alice, pay(&Dave.to_account_id(), 1 << 100)),
			ArithmeticError::Underflow.into()
		);
		assert_eq!(
			fails(Alice, covenant_contracts::Call::cancel { contract: 1 }),
			covenant_contracts::Error::<Runtime>::ContractNotFound.into()
		);
		assert_eq!(
			fails(Alice, frame_system::Call::set_code { code: vec![] }),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn a_vote_that_counts_closes_nothing_and_one_that_decides_closes_its_proposal() {
	run(|| {
		submit(Alice, create_shop());
		submit(Dave, pay(&Groups::account_of(1), 10 * COV));
		let payment = pay(&Dave.to_account_id(), COV);
		assert_eq!(
			would_execute(Charlie, propose(1, payment.clone())),
			nothing_closed()
		);
		submit(Charlie, propose(1, payment.clone()));
		assert_eq!(
			would_execute(Bob, approve(1, 0, payment.clone())),
			nothing_closed()
		);
		submit(Bob, approve(1, 0, payment.clone()));
		assert_eq!(
			would_execute(Alice, approve(1, 0, payment.clone())),
			closed(1, 0, Outcome::Executed)
		);
		let reject = covenant_groups::Call::<Runtime>::reject {
			group: 1,
			proposal: 0,
		};
		assert_eq!(
			would_execute(Alice, reject),
			closed(1, 0, Outcome::Rejected)
		);
		let other = pay(&Dave.to_account_id(), 2 * COV);
		assert_eq!(
			fails(Alice, approve(1, 0, other)),
			covenant_groups::Error::<Runtime>::CallMismatch.into()
		);
		submit(Alice, approve(1, 0, payment));
		let decision = <Runtime as CovenantApi<Block, crate::AccountId>>::decision(1, 0);
		assert_eq!(decision, None);
	});
}

#[test]
fn what_a_vote_carries_out_and_fails_is_the_votes_error() {
	run(|| {
		submit(Alice, create_shop());
		let payment = pay(&Dave.to_account_id(), 10 * COV);
		submit(Charlie, propose(1, payment.clone()));
		// Nobody has decided yet, and it is known already that the group has too little.
		let poor = Refusal::Failed(TokenError::FundsUnavailable.into());
		assert_eq!(would_carry_out(1, 0), Err(poor));
		submit(Bob, approve(1, 0, payment.clone()));
		assert_eq!(
			fails(Alice, approve(1, 0, payment)),
			TokenError::FundsUnavailable.into()
		);
		submit(Dave, pay(&Groups::account_of(1), 11 * COV));
		assert_eq!(would_carry_out(1, 0), closed(1, 0, Outcome::Executed));
		assert!(matches!(
			<Runtime as CovenantApi<Block, crate::AccountId>>::decision(1, 0),
			Some(Decision::Open(tally)) if tally.approved == 50 && !tally.is_reached()
		));
	});
}

#[test]
fn a_call_of_the_administration_is_carried_out_as_root() {
	run(|| {
		let upgrade = RuntimeCall::from(frame_system::Call::authorize_upgrade {
			code_hash: Default::default(),
		});
		submit(Alice, propose(0, upgrade.clone()));
		assert_eq!(would_carry_out(0, 0), closed(0, 0, Outcome::Executed));
		assert_eq!(
			would_execute(Bob, approve(0, 0, upgrade)),
			closed(0, 0, Outcome::Executed)
		);
	});
}

#[test]
fn an_error_that_only_an_event_tells_is_an_error() {
	run(|| {
		let too_much = pay(&Dave.to_account_id(), 1 << 100);
		let poor = Err(Refusal::Failed(ArithmeticError::Underflow.into()));
		let sudo = pallet_sudo::Call::sudo {
			call: Box::new(
				frame_system::Call::authorize_upgrade_without_checks {
					code_hash: Default::default(),
				}
				.into(),
			),
		};
		assert_eq!(would_execute(Alice, sudo), nothing_closed());
		let sudo_as = pallet_sudo::Call::sudo_as {
			who: address(Alice),
			call: Box::new(too_much.clone()),
		};
		assert_eq!(would_execute(Alice, sudo_as), poor);
		let batch = pallet_utility::Call::batch {
			calls: vec![pay(&Dave.to_account_id(), COV), too_much.clone()],
		};
		assert_eq!(would_execute(Alice, batch), poor);
		submit(
			Alice,
			pallet_proxy::Call::add_proxy {
				delegate: address(Eve),
				proxy_type: crate::ProxyType::Vote,
				delay: 0,
			},
		);
		let proxied = |call| pallet_proxy::Call::proxy {
			real: address(Alice),
			force_proxy_type: None,
			call: Box::new(call),
		};
		let filtered = frame_system::Error::<Runtime>::CallFiltered;
		assert_eq!(
			would_execute(Eve, proxied(pay(&Dave.to_account_id(), COV))),
			Err(Refusal::Failed(filtered.into()))
		);
		submit(Alice, create_shop());
		assert_eq!(
			would_execute(Eve, proxied(propose(1, too_much).into())),
			nothing_closed()
		);
	});
}

#[test]
fn bytes_of_another_version_or_of_no_call_or_of_too_many_are_refused() {
	run(|| {
		let ask = |bytes: Vec<u8>, version| {
			<Runtime as CovenantApi<Block, _>>::would_execute(Alice.to_account_id(), bytes, version)
		};
		let version = VERSION.transaction_version;
		let call = pay(&Dave.to_account_id(), COV).encode();
		assert_eq!(ask(call.clone(), version), nothing_closed());
		assert_eq!(ask(call.clone(), version + 1), Err(Refusal::OtherVersion));
		assert_eq!(ask([call, vec![0]].concat(), version), Err(Refusal::NoCall));
		assert_eq!(ask(vec![255; 9], version), Err(Refusal::NoCall));
		let remark = |remark| RuntimeCall::from(frame_system::Call::remark { remark }).encode();
		assert_eq!(ask(remark(vec![0; 1_000]), version), nothing_closed());
		let huge = remark(vec![0; 4 * 1024 * 1024]);
		assert_eq!(ask(huge, version), Err(Refusal::TooLarge));
		let many = vec![pay(&Dave.to_account_id(), 1); 20_000];
		let heavy = RuntimeCall::from(pallet_utility::Call::batch { calls: many });
		assert_eq!(ask(heavy.encode(), version), Err(Refusal::TooLarge));
	});
}
