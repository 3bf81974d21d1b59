use crate::{
	mock::{Contracts, *},
	*,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn terminate(who: AccountId, id: ContractId) -> DispatchResult {
	Contracts::terminate(signed(who), id, DeclineReason::Hardware)
}

fn is_free(who: AccountId, contract: ContractId) -> bool {
	let reason = DeclineReason::Hardware;
	is_feeless(who, Call::terminate { contract, reason })
}

fn assert_fails(who: AccountId, id: ContractId, error: Error<Test>) {
	assert!(!is_free(who, id), "what fails is not free");
	assert_noop!(terminate(who, id), error);
}

#[test]
fn terminate_what_runs_pays_to_the_second_works() {
	run(|| {
		let id = running();
		pass(7);
		assert!(is_free(AGENT, id));
		assert_ok!(terminate(AGENT, id));
		assert_eq!(
			events().last(),
			Some(&Event::Closed {
				contract: id,
				node: 1,
				reason: CloseReason::Terminated(DeclineReason::Hardware),
				refund: ESCROW - 7 * RATE,
				deposit: contract_deposit() - TOMBSTONE_DEPOSIT,
				tombstone_deposit: TOMBSTONE_DEPOSIT,
				closed_at: now(),
			})
		);
		assert_eq!(free(OPERATOR), FUNDS - NODE_DEPOSIT + 7 * RATE);
		assert_eq!(
			free(OWNER),
			FUNDS - body_deposit() - TOMBSTONE_DEPOSIT - 7 * RATE
		);
		assert_eq!(
			(node(1).contracts, node(1).reserved),
			(0, Resources::default())
		);
	});
}

#[test]
fn terminate_what_is_suspended_works() {
	run(|| {
		let id = suspended();
		assert!(is_free(AGENT, id));
		assert_ok!(terminate(AGENT, id));
		assert_eq!(node(1).reserved, Resources::default());
	});
}

#[test]
fn terminate_drops_the_update_with_it_works() {
	run(|| {
		let id = updating();
		assert_ok!(terminate(AGENT, id));
		assert_eq!(held(OWNER, HoldReason::Contract), 0);
		assert_eq!(tombstone(id).body, hash_of(BODY));
		assert_eq!(tombstone(id).version, 2);
		for body in [BODY, NEW_BODY] {
			assert_eq!(Bodies::<Test>::get(hash_of(body)).unwrap().references, 0);
		}
	});
}

#[test]
fn terminate_on_a_retired_node_works() {
	run(|| {
		let id = running();
		set_node(covenant_nodes::NodeState::Retired);
		assert_ok!(terminate(AGENT, id));
	});
}

#[test]
fn terminate_an_offer_fails() {
	run(|| {
		let id = offered();
		assert_fails(AGENT, id, Error::<Test>::NotAccepted);
	});
}

#[test]
fn terminate_by_anyone_but_the_nodes_agent_fails() {
	run(|| {
		serving(OTHER_AGENT);
		let id = running();
		for who in [OWNER, OPERATOR, OTHER_AGENT] {
			assert_fails(who, id, Error::<Test>::NotAgent);
		}
	});
}

#[test]
fn terminate_twice_fails() {
	run(|| {
		let id = running();
		assert_ok!(terminate(AGENT, id));
		assert_fails(AGENT, id, Error::<Test>::ContractNotFound);
	});
}
