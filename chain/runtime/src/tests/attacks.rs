//! What somebody would try against groups with the whole runtime at hand, one test each, named after
//! it.

use super::chain::*;
use crate::{Groups, Runtime, RuntimeCall, System, COV};
use covenant_groups::{Error, Member, Members, Permissions, Thresholds};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve};
use sp_runtime::{transaction_validity::InvalidTransaction, DispatchError};

fn batch_all(calls: Vec<RuntimeCall>) -> RuntimeCall {
	pallet_utility::Call::batch_all { calls }.into()
}

fn members(list: &[(crate::AccountId, u16)]) -> Members<crate::AccountId> {
	list.iter()
		.map(|(account, weight)| Member {
			account: account.clone(),
			weight: *weight,
			permissions: Permissions(3),
		})
		.collect::<Vec<_>>()
		.try_into()
		.unwrap()
}

fn thresholds(deploy: u32, all: u32) -> Thresholds {
	Thresholds {
		deploy,
		cancel: all,
		spend: all,
		govern: all,
	}
}

fn set_members(list: &[(crate::AccountId, u16)]) -> RuntimeCall {
	covenant_groups::Call::set_members {
		members: members(list),
		thresholds: thresholds(1, 1),
	}
	.into()
}

/// Group 1 of Alice and Eve, where Eve alone may deploy and both must agree on all else.
fn where_eve_may_deploy() {
	submit(
		Alice,
		covenant_groups::Call::create_group {
			name: Default::default(),
			members: members(&[(Alice.to_account_id(), 1), (Eve.to_account_id(), 1)]),
			thresholds: thresholds(1, 2),
			first: None,
		},
	);
	submit(Alice, pay(&Groups::account_of(1), 100 * COV));
}

/// A deploy that Eve may decide alone.
fn harmless() -> RuntimeCall {
	covenant_groups::Call::clear {
		group: 9,
		proposal: 9,
	}
	.into()
}

fn refused(who: Sr25519Keyring, call: impl Into<RuntimeCall>) {
	assert_eq!(
		apply(who, call),
		Ok(Err(Error::<Runtime>::CallNotAllowed.into()))
	);
}

#[test]
fn escalation_through_a_batch() {
	run(|| {
		where_eve_may_deploy();
		for greedy in [
			pay(&Eve.to_account_id(), COV),
			set_members(&[(Eve.to_account_id(), 1)]),
		] {
			// It is of the kind of the greediest part, wherever that stands: Eve alone is not enough.
			for call in [
				batch_all(vec![harmless(), greedy.clone()]),
				batch_all(vec![greedy.clone(), harmless()]),
			] {
				submit(Eve, propose(1, call));
			}
		}
		assert_eq!(covenant_groups::Proposals::<Runtime>::iter().count(), 4);
		assert_eq!(free(&Groups::account_of(1)), 100 * COV + crate::MILLICOV);
	});
}

#[test]
fn escalation_through_a_nested_batch() {
	run(|| {
		where_eve_may_deploy();
		let theft = pay(&Eve.to_account_id(), COV);
		let other = |calls| RuntimeCall::from(pallet_utility::Call::batch { calls });
		let force = |calls| RuntimeCall::from(pallet_utility::Call::force_batch { calls });
		for call in [
			batch_all(vec![harmless(), batch_all(vec![theft.clone()])]),
			batch_all(vec![other(vec![theft.clone()])]),
			other(vec![theft.clone()]),
			force(vec![theft.clone()]),
			batch_all(vec![
				approve(0, 0, batch_all(vec![theft.clone()])).into(),
				harmless(),
			]),
		] {
			refused(Eve, propose(1, call));
		}
	});
}

/// A vote in another group is no way to get at more than that group is asked for here.
#[test]
fn escalation_through_a_vote_in_another_group() {
	run(|| {
		where_eve_may_deploy();
		// Group 2 is group 1's alone: what it decides, group 1 decides.
		submit(
			Alice,
			covenant_groups::Call::create_group {
				name: Default::default(),
				members: members(&[(Groups::account_of(1), 1)]),
				thresholds: thresholds(1, 1),
				first: None,
			},
		);
		submit(Alice, pay(&Groups::account_of(2), 10 * COV));
		let theft = pay(&Eve.to_account_id(), COV);
		submit(Eve, propose(1, propose(2, theft).into()));
		assert_eq!(free(&Groups::account_of(2)), 10 * COV + crate::MILLICOV);
		assert!(covenant_groups::Proposals::<Runtime>::contains_key(1, 0));
	});
}

/// Votes within votes without end would cost more to look at than they pay.
#[test]
fn votes_nested_without_end() {
	run(|| {
		where_eve_may_deploy();
		let mut call = harmless();
		for _ in 0..50 {
			call = approve(1, 0, call).into();
		}
		refused(Eve, propose(1, call));
	});
}

/// A circle in a batch: each group's vote is cast by its own proposal, so it closes nothing twice.
#[test]
fn a_batch_that_votes_on_itself_through_a_circle_of_groups() {
	run(|| {
		for own in [2, 1] {
			submit(
				Alice,
				covenant_groups::Call::create_group {
					name: Default::default(),
					members: members(&[(Alice.to_account_id(), 1), (Groups::account_of(own), 1)]),
					thresholds: thresholds(1, 1),
					first: None,
				},
			);
		}
		for group in [1, 2] {
			submit(Dave, pay(&Groups::account_of(group), 10 * COV));
		}
		// What it proposes in the other group is a vote back in this one, on the very proposal that
		// is being carried out: by then that is closed.
		let back = RuntimeCall::from(covenant_groups::Call::reject {
			group: 1,
			proposal: 0,
		});
		let call = batch_all(vec![propose(2, back).into()]);
		assert_eq!(
			apply(Alice, propose(1, call)),
			Ok(Err(Error::<Runtime>::ProposalNotFound.into()))
		);
		assert_eq!(covenant_groups::Proposals::<Runtime>::iter().count(), 0);
	});
}

/// A signed vote of one chain is no vote on another.
#[test]
fn replay_of_a_vote_on_another_chain() {
	run(|| {
		submit(Alice, create_shop());
		let call = pay(&Dave.to_account_id(), COV);
		submit(Charlie, propose(1, call.clone()));
		let vote = signed(Bob, approve(1, 0, call));
		// The same chain but for its genesis hash, which every signature is about.
		frame_system::BlockHash::<Runtime>::insert(0, sp_core::H256::repeat_byte(1));
		assert_eq!(
			crate::Executive::apply_extrinsic(vote),
			Err(InvalidTransaction::BadProof.into())
		);
	});
}

#[test]
fn replay_of_a_vote_on_the_same_chain() {
	run(|| {
		submit(Alice, create_shop());
		let call = pay(&Dave.to_account_id(), COV);
		submit(Charlie, propose(1, call.clone()));
		let vote = signed(Bob, approve(1, 0, call));
		assert_eq!(crate::Executive::apply_extrinsic(vote.clone()), Ok(Ok(())));
		assert_eq!(
			crate::Executive::apply_extrinsic(vote),
			Err(InvalidTransaction::Stale.into())
		);
	});
}

/// Group 0's votes are worth Root for two calls, and neither fits into anything else.
#[test]
fn root_through_the_administration() {
	run(|| {
		let upgrade = RuntimeCall::from(frame_system::Call::authorize_upgrade {
			code_hash: Default::default(),
		});
		let set_code = RuntimeCall::from(frame_system::Call::set_code { code: vec![] });
		let sudo = RuntimeCall::from(pallet_sudo::Call::sudo {
			call: Box::new(upgrade.clone()),
		});
		for call in [
			batch_all(vec![upgrade.clone()]),
			set_code,
			sudo,
			approve(1, 0, upgrade).into(),
		] {
			refused(Alice, propose(0, call));
		}
		assert!(System::authorized_upgrade().is_none());
	});
}

/// A group's account has no key: nobody signs as it.
#[test]
fn a_signature_as_the_group_itself() {
	run(|| {
		submit(Alice, create_shop());
		assert_eq!(
			apply(Alice, set_members(&[(Alice.to_account_id(), 1)])),
			Ok(Err(Error::<Runtime>::NotGroup.into()))
		);
		assert_eq!(
			apply(
				Alice,
				covenant_groups::Call::dissolve {
					beneficiary: Alice.to_account_id()
				}
			),
			Ok(Err(DispatchError::from(Error::<Runtime>::NotGroup)))
		);
	});
}
