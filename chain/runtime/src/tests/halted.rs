//! A chain that stood still for a week: the clock counts a minute of it, so nobody has expired,
//! nobody is starved of pay, and what is paid is right to the second.

use super::chain::*;
use crate::{Groups, Nodes, Runtime};
use covenant_contracts::{ContractState, Contracts, DeclineReason};
use covenant_nodes::{Prices, Resources};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave, Two};

const WEEK_MS: u64 = 7 * 86_400 * 1_000;
const RATE: u128 = 500;
const BODY: &[u8] = br#"{"name":"shop"}"#;

fn resources(cpu: u32) -> Resources {
	Resources {
		cpu,
		..Default::default()
	}
}

/// Node 1 serves, Alice's contract 1 runs with `seconds` in its escrow, and Bob's contract 2 is on
/// offer for ten minutes.
fn set_up(seconds: u128) {
	let register = covenant_nodes::Call::register {
		agent: Two.to_account_id(),
		sealing_key: [7; 32],
		resources: resources(4_000),
		prices: Prices {
			cpu: 1,
			..Default::default()
		},
		region: Default::default(),
		attributes: Default::default(),
		endpoint: Default::default(),
	};
	submit(Dave, register);
	submit(Two, covenant_nodes::Call::serve { node: 1 });
	let noted = covenant_contracts::Call::note_body {
		bytes: BODY.to_vec().try_into().unwrap(),
	};
	submit(Charlie, noted);
	for who in [Alice, Bob] {
		let create = covenant_contracts::Call::create {
			node: 1,
			body: body(),
			resources: resources(500),
			max_rate: RATE,
			escrow: RATE * seconds,
			deadline: now() + 600,
		};
		submit(who, create);
	}
	submit(Two, accept(1));
}

fn body() -> H256 {
	H256(sp_io::hashing::blake2_256(BODY))
}

fn accept(contract: u64) -> covenant_contracts::Call<Runtime> {
	covenant_contracts::Call::accept {
		contract,
		version: 1,
		body: body(),
		network_key: [3; 32],
	}
}

fn contract(id: u64) -> covenant_contracts::ContractOf<Runtime> {
	Contracts::<Runtime>::get(id).expect("the contract is open")
}

#[test]
fn a_chain_halted_for_a_week_expires_no_offer_and_no_proposal() {
	run(|| {
		set_up(1_000);
		submit(Alice, create_shop());
		submit(Charlie, pay(&Groups::account_of(1), crate::COV));
		let spend = pay(&Dave.to_account_id(), 1);
		submit(Alice, propose(1, spend.clone()));

		let before = now();
		next_block(WEEK_MS);
		assert_eq!(now() - before, 60, "one block counts for a minute at most");
		let expire = covenant_contracts::Call::expire { contract: 2 };
		let not_expired = covenant_contracts::Error::<Runtime>::NotExpired;
		assert_eq!(apply(Dave, expire), Ok(Err(not_expired.into())));
		submit(Two, accept(2));
		assert_eq!(contract(2).state, ContractState::Running);
		let owned = free(&Dave.to_account_id());
		submit(Bob, approve(1, 0, spend));
		assert_eq!(free(&Dave.to_account_id()) - owned, 1, "it is carried out");
	});
}

#[test]
fn a_chain_halted_for_a_week_takes_no_node_for_gone_and_pays_a_minute() {
	run(|| {
		set_up(1_000);
		let paid_before = free(&Dave.to_account_id());
		pass(40);
		next_block(WEEK_MS);
		assert!(Nodes::is_seen(&Nodes::node(1).unwrap()));
		submit(Alice, covenant_contracts::Call::settle { contract: 1 });
		assert_eq!(free(&Dave.to_account_id()) - paid_before, 100 * RATE);
		assert_eq!(contract(1).escrow, 900 * RATE);
		assert_eq!(contract(1).state, ContractState::Running);
	});
}

#[test]
fn a_chain_halted_for_a_week_suspends_nothing_that_had_a_minute_and_a_second_left() {
	run(|| {
		set_up(61);
		next_block(WEEK_MS);
		submit(Bob, covenant_contracts::Call::settle { contract: 1 });
		assert_eq!(contract(1).state, ContractState::Running);
		assert_eq!(contract(1).escrow, RATE);
		next_block(1_000);
		submit(Bob, covenant_contracts::Call::settle { contract: 1 });
		assert_eq!(contract(1).state, ContractState::Suspended);
	});
}

#[test]
fn a_chain_halted_for_longer_than_the_grace_lets_nobody_close_what_is_suspended() {
	run(|| {
		set_up(10);
		pass(10);
		submit(Bob, covenant_contracts::Call::settle { contract: 1 });
		assert_eq!(contract(1).state, ContractState::Suspended);
		next_block(3 * WEEK_MS);
		let not_closable = covenant_contracts::Error::<Runtime>::NotClosable;
		let close = covenant_contracts::Call::close { contract: 1 };
		assert_eq!(apply(Bob, close), Ok(Err(not_closable.into())));
		let amount = RATE * 1_200;
		submit(
			Alice,
			covenant_contracts::Call::top_up {
				contract: 1,
				amount,
			},
		);
		assert_eq!(contract(1).state, ContractState::Running);
		submit(
			Two,
			covenant_contracts::Call::terminate {
				contract: 1,
				reason: DeclineReason::Hardware,
			},
		);
	});
}
