use crate::{
	mock::{Contracts, *},
	*,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

use covenant_nodes::NodeState;

const NEW_NETWORK_KEY: [u8; 32] = [10; 32];

fn accept(id: ContractId) -> DispatchResult {
	let body = hash_of(NEW_BODY);
	Contracts::accept(signed(AGENT), id, 2, body, NEW_NETWORK_KEY)
}

fn is_free(contract: ContractId) -> bool {
	let call = Call::accept {
		contract,
		version: 2,
		body: hash_of(NEW_BODY),
		network_key: NEW_NETWORK_KEY,
	};
	is_feeless(AGENT, call)
}

fn assert_fails(id: ContractId, error: impl Into<sp_runtime::DispatchError>) {
	assert!(!is_free(id), "what fails is not free");
	assert_noop!(accept(id), error.into());
}

#[test]
fn accept_an_update_swaps_all_there_is_works() {
	run(|| {
		let id = updating();
		let before = contract(id);
		pass(10);
		assert!(is_free(id));
		assert_ok!(accept(id));
		assert_eq!(
			contract(id),
			Contract {
				running: Some(before.pending.unwrap().spec),
				pending: None,
				escrow: ESCROW - 10 * RATE,
				settled_at: 10,
				network_key: Some(NEW_NETWORK_KEY),
				..before
			}
		);
		assert_eq!(free(OPERATOR), FUNDS - NODE_DEPOSIT + 10 * RATE);
		assert_eq!(node(1).reserved, NEW_ASKED);
		assert_eq!(
			held(OWNER, HoldReason::Contract),
			CONTRACT_DEPOSIT + byte_deposit(NEW_BODY)
		);
		let references = |body| Bodies::<Test>::get(hash_of(body)).unwrap().references;
		assert_eq!((references(BODY), references(NEW_BODY)), (0, 1));

		// From here on it costs what the update costs.
		pass(3);
		assert_ok!(Contracts::settle(signed(STRANGER), id));
		assert_eq!(contract(id).escrow, ESCROW - 10 * RATE - 3 * NEW_RATE);
	});
}

#[test]
fn accept_an_update_removes_the_old_body_that_nobody_holds_works() {
	run(|| {
		let id = updating();
		assert_ok!(Contracts::drop_body(signed(OWNER), hash_of(BODY)));
		assert!(Bodies::<Test>::contains_key(hash_of(BODY)));
		assert_ok!(accept(id));
		assert!(!Bodies::<Test>::contains_key(hash_of(BODY)));
	});
}

#[test]
fn accept_an_update_that_fits_only_in_the_place_of_the_old_works() {
	run(|| {
		let (first, second) = (running(), running());
		let half = Resources {
			cpu: ASKED.cpu + 1,
			..ASKED
		};
		let update = Updating {
			resources: ASKED,
			..Default::default()
		};
		update.made(first);
		assert_ok!(accept(first));
		let update = Updating {
			resources: half,
			..Default::default()
		};
		update.made(second);
		assert_fails(second, covenant_nodes::Error::<Test>::CapacityExceeded);
		assert_eq!(contract(second).running.unwrap().version, 1);
	});
}

#[test]
fn accept_an_update_needs_nothing_of_the_owner_works() {
	run(|| {
		let id = updating();
		let all = free(OWNER) - EXISTENTIAL_DEPOSIT;
		assert_ok!(Balances::transfer_allow_death(signed(OWNER), STRANGER, all));
		assert_ok!(accept(id));
	});
}

#[test]
fn accept_an_update_at_the_deadline_works_and_a_second_later_fails() {
	run(|| {
		let first = updating();
		pass(600);
		assert_ok!(accept(first));
		assert_ok!(Contracts::cancel(signed(OWNER), first));
		let second = updating();
		pass(601);
		assert_fails(second, Error::<Test>::OfferExpired);
	});
}

#[test]
fn accept_an_update_beside_what_is_suspended_fails() {
	run(|| {
		let id = updating();
		let lasting = Updating {
			deadline: now() + 7_200,
			..Default::default()
		};
		assert_ok!(lasting.submit(id));
		let accept = || {
			let body = hash_of(NEW_BODY);
			Contracts::accept(signed(AGENT), id, 3, body, NETWORK_KEY)
		};
		pass(SECONDS_PAID);
		// Not settled yet, but it would be suspended if it were.
		assert_noop!(accept(), Error::<Test>::ContractSuspended);
		assert_ok!(Contracts::settle(signed(STRANGER), id));
		assert_noop!(accept(), Error::<Test>::ContractSuspended);
		let amount = RATE * WINDOW as Balance;
		assert_ok!(Contracts::top_up(signed(OWNER), id, amount));
		assert_ok!(accept());
	});
}

#[test]
fn accept_an_update_a_second_before_the_escrow_is_used_up_works() {
	run(|| {
		let id = updating();
		let lasting = Updating {
			deadline: now() + 7_200,
			..Default::default()
		};
		assert_ok!(lasting.submit(id));
		pass(SECONDS_PAID - 1);
		let body = hash_of(NEW_BODY);
		assert_ok!(Contracts::accept(signed(AGENT), id, 3, body, NETWORK_KEY));
		assert_eq!(contract(id).escrow, RATE);
	});
}

#[test]
fn accept_an_update_of_a_draining_node_works_and_of_a_retired_fails() {
	run(|| {
		let (first, second) = (updating(), offered());
		set_node(NodeState::Draining);
		assert_ok!(accept(first));
		set_node(NodeState::Retired);
		let body = hash_of(BODY);
		assert_noop!(
			Contracts::accept(signed(AGENT), second, 1, body, NETWORK_KEY),
			covenant_nodes::Error::<Test>::NodeIsRetired
		);
	});
}

#[test]
fn accept_an_update_sealed_for_an_older_key_fails() {
	run(|| {
		let id = updating();
		assert_ok!(Nodes::rotate_agent(signed(OPERATOR), 1, AGENT, [8; 32]));
		assert_fails(id, Error::<Test>::SealingKeyChanged);
		Updating::default().made(id);
		let body = hash_of(NEW_BODY);
		assert_ok!(Contracts::accept(signed(AGENT), id, 3, body, NETWORK_KEY));
		assert_eq!(contract(id).running.unwrap().sealing_version, 2);
	});
}

#[test]
fn accept_what_an_update_replaced_fails() {
	run(|| {
		let id = offered();
		Updating::default().made(id);
		let body = hash_of(BODY);
		assert_noop!(
			Contracts::accept(signed(AGENT), id, 1, body, NETWORK_KEY),
			Error::<Test>::WrongVersion
		);
		assert_noop!(
			Contracts::accept(signed(AGENT), id, 2, body, NETWORK_KEY),
			Error::<Test>::WrongBody
		);
		assert_ok!(accept(id));
	});
}

#[test]
fn decline_an_update_closes_nothing_works() {
	run(|| {
		let id = updating();
		pass(10);
		let reason = DeclineReason::Price;
		assert_ok!(Contracts::decline(signed(AGENT), id, 2, reason));
		assert!(events().ends_with(&[
			Event::Settled {
				contract: id,
				node: 1,
				paid: 10 * RATE,
				escrow: ESCROW - 10 * RATE,
				settled_at: 10,
				state: ContractState::Running,
				at: now(),
			},
			Event::UpdateDropped {
				contract: id,
				node: 1,
				version: 2,
				reason: DropReason::Declined(reason),
			},
		]));
		let left = contract(id);
		assert_eq!((left.state, left.pending), (ContractState::Running, None));
		assert_eq!(left.running.unwrap().version, 1);
		assert_eq!(held(OWNER, HoldReason::Contract), contract_deposit());
	});
}

#[test]
fn cancel_drops_both_specs_works() {
	run(|| {
		let id = updating();
		pass(10);
		assert_ok!(Contracts::cancel(signed(OWNER), id));
		assert_eq!(held(OWNER, HoldReason::Contract), 0);
		assert_eq!(held(OWNER, HoldReason::Escrow), 0);
		assert_eq!(node(1).reserved, Resources::default());
		assert_eq!(
			(tombstone(id).version, tombstone(id).body),
			(2, hash_of(BODY))
		);
		assert_eq!(free(OPERATOR), FUNDS - NODE_DEPOSIT + 10 * RATE);
	});
}
