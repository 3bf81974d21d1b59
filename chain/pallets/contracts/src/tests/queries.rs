//! What the chain says when it is asked, held against the vectors that every other part is held
//! against too, and against what the calls then do.

use crate::{
	mock::{Contracts, *},
	*,
};
use covenant_nodes::NodeState;
use frame_support::{assert_noop, assert_ok};
use proptest::prelude::*;
use serde_json::Value;

const VECTORS: &str = include_str!("funds.json");

fn number<T: core::str::FromStr>(value: &Value) -> Option<T> {
	let text = match value {
		Value::String(text) => text.clone(),
		Value::Number(number) => number.to_string(),
		_ => return None,
	};
	text.parse().ok()
}

fn state(value: &Value) -> ContractState {
	match value.as_str() {
		Some("Offered") => ContractState::Offered,
		Some("Running") => ContractState::Running,
		Some("Suspended") => ContractState::Suspended,
		other => panic!("{other:?} is no state"),
	}
}

/// Puts the contract and the node of a vector where contract 1 and node 1 are.
fn arrange(vector: &Value) {
	let (contract, node) = (&vector["contract"], &vector["node"]);
	let id = running();
	covenant_nodes::Nodes::<Test>::mutate_extant(1, |stored| {
		stored.live = number(&node["live"]).unwrap();
		stored.last_seen = number(&node["lastSeen"]);
		stored.state = match node["state"].as_str() {
			Some("Active") => NodeState::Active,
			Some("Draining") => NodeState::Draining,
			Some("Retired") => NodeState::Retired,
			other => panic!("{other:?} is no state"),
		};
	});
	crate::Contracts::<Test>::mutate_extant(id, |stored| {
		stored.state = state(&contract["state"]);
		stored.running = number(&contract["rate"]).and_then(|rate| {
			let spec = stored.running?;
			Some(Spec { rate, ..spec })
		});
		stored.escrow = number(&contract["escrow"]).unwrap();
		stored.settled_at = number(&contract["settledAt"]).unwrap();
		stored.suspended_at = number(&contract["suspendedAt"]);
	});
	ChainSeconds::set(&number(&vector["now"]).unwrap());
}

#[test]
fn funds_are_those_of_the_shared_vectors() {
	let file: Value = serde_json::from_str(VECTORS).unwrap();
	assert_eq!(number(&file["window"]), Some(WINDOW));
	assert_eq!(number(&file["suspensionGrace"]), Some(GRACE));
	let vectors = file["vectors"].as_array().unwrap();
	assert!(vectors.len() > 20);
	for vector in vectors {
		new_chain().execute_with(|| {
			arrange(vector);
			let funds = &vector["funds"];
			let expected = Funds {
				due: number(&funds["due"]).unwrap(),
				state: state(&funds["state"]),
				funded_until: number(&funds["fundedUntil"]),
				grace_until: number(&funds["graceUntil"]),
			};
			assert_eq!(Contracts::funds(1), Some(expected), "{}", vector["what"]);
		});
	}
}

#[test]
fn funds_of_what_is_closed_or_never_was_are_none() {
	run(|| {
		let id = offered();
		assert!(Contracts::funds(id).is_some());
		assert_ok!(Contracts::cancel(signed(OWNER), id));
		assert_eq!(Contracts::funds(id), None);
		assert_eq!(Contracts::funds(99), None);
	});
}

#[test]
fn a_contract_is_suspended_in_the_second_it_is_funded_until_and_not_before() {
	run(|| {
		let id = running();
		let until = Contracts::funds(id).unwrap().funded_until.unwrap();
		pass(until - now() - 1);
		assert_ok!(Contracts::settle(signed(STRANGER), id));
		assert_eq!(contract(id).state, ContractState::Running);
		assert_eq!(Contracts::funds(id).unwrap().funded_until, Some(until));
		pass(1);
		assert_eq!(Contracts::funds(id).unwrap().due, contract(id).escrow);
		assert_ok!(Contracts::settle(signed(STRANGER), id));
		assert_eq!(contract(id).state, ContractState::Suspended);
	});
}

#[test]
fn a_suspended_contract_closes_in_the_second_its_grace_ends_and_not_before() {
	run(|| {
		let id = suspended();
		let until = Contracts::funds(id).unwrap().grace_until.unwrap();
		pass(until - now() - 1);
		let close = || Contracts::close(signed(STRANGER), id);
		assert_noop!(close(), Error::<Test>::NotClosable);
		pass(1);
		assert_ok!(close());
	});
}

proptest! {
	/// Whatever the numbers are: the second that is named suspends, and the one before does not.
	#[test]
	fn funded_until_agrees_with_settling(
		rate in prop_oneof![0..20u128, any::<u128>()],
		escrow in prop_oneof![0..2_000u128, any::<u128>()],
		settled_at in 0..1_000u64,
		passed in 0..1_000u64,
		now in 0..1_000_000u64,
	) {
		let live = settled_at + passed;
		let state = |later| Settlement::of(rate, escrow, settled_at, live + later).state;
		match Settlement::funded_until(rate, escrow, settled_at, live, now) {
			Some(until) => {
				prop_assert_eq!(state(0), ContractState::Running);
				prop_assert_eq!(state(until - now - 1), ContractState::Running);
				prop_assert_eq!(state(until - now), ContractState::Suspended);
			}
			None => {
				let is_over = state(0) == ContractState::Suspended;
				let is_never = state(u64::MAX - live - now) == ContractState::Running;
				prop_assert!(is_over || is_never);
			}
		}
	}
}

#[test]
fn capacity_is_what_an_offer_may_still_ask_for() {
	run(|| {
		assert_eq!(
			Contracts::capacity(1),
			Some(Capacity {
				free: TOTAL,
				takes_offers: true
			})
		);
		// An offer takes nothing, accepting it does.
		let id = offered();
		assert_eq!(Contracts::capacity(1).unwrap().free, TOTAL);
		assert_ok!(Contracts::decline(
			signed(AGENT),
			id,
			1,
			DeclineReason::Policy
		));
		running();
		let free = Contracts::capacity(1).unwrap().free;
		assert_eq!(free.checked_add(ASKED), Some(TOTAL));
		let one = |resources| node(1).reserved_after(Resources::default(), resources);
		assert!(one(free).is_some());
		assert!(one(Resources {
			cpu: free.cpu + 1,
			..free
		})
		.is_none());
		assert_eq!(Contracts::capacity(9), None);
	});
}

#[test]
fn a_node_takes_offers_while_create_would_be_let_through() {
	run(|| {
		let takes = || Contracts::capacity(1).unwrap().takes_offers;
		pass_unseen(WINDOW);
		assert!(takes());
		pass_unseen(1);
		assert!(!takes());
		assert_ok!(note(OWNER, BODY));
		assert_noop!(Offering::default().submit(), Error::<Test>::NodeNotSeen);
		pass(1);
		assert!(takes());
		set_node(NodeState::Draining);
		assert!(!takes());
		assert_noop!(Offering::default().submit(), Error::<Test>::NodeNotActive);
	});
}
