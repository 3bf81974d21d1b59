use crate::{
	mock::{Contracts, *},
	*,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

const REASON: DeclineReason = DeclineReason::Other(7);

fn decline(who: AccountId, contract: ContractId, version: u32) -> DispatchResult {
	Contracts::decline(signed(who), contract, version, REASON)
}

fn decline_is_feeless(who: AccountId, contract: ContractId, version: u32) -> bool {
	is_feeless(
		who,
		Call::decline {
			contract,
			version,
			reason: REASON,
		},
	)
}

fn assert_fails(who: AccountId, contract: ContractId, version: u32, error: Error<Test>) {
	assert!(
		!decline_is_feeless(who, contract, version),
		"what fails is not free"
	);
	assert_noop!(decline(who, contract, version), error);
}

#[test]
fn decline_works() {
	run(|| {
		let id = offered();
		pass(30);
		assert!(decline_is_feeless(AGENT, id, 1));
		assert_ok!(decline(AGENT, id, 1));

		assert!(!crate::Contracts::<Test>::contains_key(id));
		assert_eq!(
			tombstone(id),
			Tombstone {
				owner: OWNER,
				node: 1,
				reason: CloseReason::Declined(REASON),
				closed_at: now(),
				version: 1,
				body: hash_of(BODY),
				deposit: TOMBSTONE_DEPOSIT,
			}
		);
		assert_eq!(free(OWNER), FUNDS - body_deposit() - TOMBSTONE_DEPOSIT);
		assert_eq!(node(1).contracts, 0);
		assert!(events().ends_with(&[
			Event::Declined {
				contract: id,
				node: 1,
				version: 1,
				reason: REASON
			},
			Event::Closed {
				contract: id,
				node: 1,
				reason: CloseReason::Declined(REASON),
				refund: ESCROW,
				deposit: contract_deposit() - TOMBSTONE_DEPOSIT,
				tombstone_deposit: TOMBSTONE_DEPOSIT,
				closed_at: now(),
			},
		]));
	});
}

#[test]
fn decline_after_the_deadline_works() {
	run(|| {
		let id = offered();
		pass(3_601);
		assert!(decline_is_feeless(AGENT, id, 1));
		assert_ok!(decline(AGENT, id, 1));
	});
}

#[test]
fn decline_what_is_not_there_fails() {
	run(|| assert_fails(AGENT, 1, 1, Error::<Test>::ContractNotFound));
}

#[test]
fn decline_by_anyone_but_the_nodes_agent_fails() {
	run(|| {
		serving(OTHER_AGENT);
		let id = offered();
		for who in [OWNER, OPERATOR, OTHER_AGENT] {
			assert_fails(who, id, 1, Error::<Test>::NotAgent);
		}
	});
}

#[test]
fn decline_another_version_fails() {
	run(|| {
		let id = offered();
		for version in [0, 2] {
			assert_fails(AGENT, id, version, Error::<Test>::WrongVersion);
		}
	});
}

#[test]
fn decline_what_runs_fails() {
	run(|| {
		let id = running();
		assert_fails(AGENT, id, 1, Error::<Test>::NothingOffered);
	});
}

#[test]
fn decline_twice_fails() {
	run(|| {
		let id = offered();
		assert_ok!(decline(AGENT, id, 1));
		assert_fails(AGENT, id, 1, Error::<Test>::ContractNotFound);
	});
}
