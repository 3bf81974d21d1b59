use super::chain::*;
use crate::{
	AccountId, Balances, Groups, Nodes, Runtime, RuntimeCall, RuntimeEvent, RuntimeHoldReason, COV,
	MILLICOV,
};
use covenant_contracts::{CloseReason, ContractState, HoldReason};
use covenant_nodes::{Prices, Resources};
use frame_support::traits::fungible::{Inspect, InspectHold};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave, Two};

/// The agent's key owns nothing, ever.
const AGENT: sp_keyring::Sr25519Keyring = Two;
const RESOURCES: Resources = Resources {
	cpu: 500,
	memory: 256,
	storage: 1_024,
	gpus: 0,
	public_ipv4: 0,
};
const RATE: u128 = 500 * 10 + 256 * 3 + 1_024;
const BODY: &[u8] = br#"{"name":"shop"}"#;

fn register() -> RuntimeCall {
	covenant_nodes::Call::register {
		agent: AGENT.to_account_id(),
		sealing_key: [7; 32],
		resources: Resources {
			cpu: 4_000,
			memory: 8_192,
			storage: 100_000,
			gpus: 0,
			public_ipv4: 0,
		},
		prices: Prices {
			cpu: 10,
			memory: 3,
			storage: 1,
			gpu: 0,
			public_ipv4: 0,
		},
		region: b"eu".to_vec().try_into().unwrap(),
		attributes: Default::default(),
		endpoint: b"192.0.2.1:51820".to_vec().try_into().unwrap(),
	}
	.into()
}

fn create(node: u32, escrow: u128) -> RuntimeCall {
	covenant_contracts::Call::create {
		node,
		body: H256(sp_io::hashing::blake2_256(BODY)),
		resources: RESOURCES,
		max_rate: RATE,
		escrow,
		deadline: now() + 600,
	}
	.into()
}

fn held_in_escrow(who: &AccountId) -> u128 {
	Balances::balance_on_hold(&RuntimeHoldReason::Contracts(HoldReason::Escrow), who)
}

#[test]
fn a_group_deploys_and_ends_it() {
	run(|| {
		// A node comes up; its agent signs for nothing.
		submit(Dave, register());
		submit(AGENT, covenant_nodes::Call::serve { node: 1 });

		// Three people found a group, give it money, and keep the body ready.
		submit(Alice, create_shop());
		let shop = Groups::account_of(1);
		submit(Bob, pay(&shop, 10 * COV));
		let noted = covenant_contracts::Call::note_body {
			bytes: BODY.to_vec().try_into().unwrap(),
		};
		submit(Charlie, noted);

		// 20 propose, 30 more are not enough, 50 more are: the offer is in Alice's transaction.
		let offer = create(1, COV);
		submit(Charlie, propose(1, offer.clone()));
		submit(Bob, approve(1, 0, offer.clone()));
		assert_eq!(covenant_contracts::Contracts::<Runtime>::get(1), None);
		submit(Alice, approve(1, 0, offer));
		let contract = covenant_contracts::Contracts::<Runtime>::get(1).unwrap();
		assert_eq!(
			(&contract.owner, contract.state),
			(&shop, ContractState::Offered)
		);
		assert_eq!(held_in_escrow(&shop), COV);

		// The node accepts, and runs it for an hour.
		let offered = contract.pending.unwrap().spec;
		submit(
			AGENT,
			covenant_contracts::Call::accept {
				contract: 1,
				version: 1,
				body: offered.body,
				network_key: [3; 32],
			},
		);
		let live = |at: u32| Nodes::live(&Nodes::node(at).unwrap());
		let accepted_at = live(1);
		for _ in 0..6 {
			pass(600);
			submit(AGENT, covenant_nodes::Call::heartbeat { node: 1 });
		}
		assert_eq!(live(1) - accepted_at, 3_600);

		// Alice's 50 are enough to end it.
		let operator_before = free(&Dave.to_account_id());
		let shop_before = Balances::total_balance(&shop);
		submit(
			Alice,
			propose(1, covenant_contracts::Call::cancel { contract: 1 }.into()),
		);
		assert_eq!(covenant_contracts::Contracts::<Runtime>::get(1), None);
		let tombstone = covenant_contracts::Tombstones::<Runtime>::get(1).unwrap();
		assert_eq!(tombstone.reason, CloseReason::Cancelled);
		assert!(events().iter().any(|event| matches!(
			event,
			RuntimeEvent::Contracts(covenant_contracts::Event::Closed { contract: 1, .. })
		)));

		// The node got what it earned to the second, the group all the rest but the tombstone's.
		let paid = 3_600 * RATE;
		assert_eq!(free(&Dave.to_account_id()) - operator_before, paid);
		assert_eq!(shop_before - Balances::total_balance(&shop), paid);
		assert_eq!(held_in_escrow(&shop), 0);
		assert_eq!(free(&shop), 10 * COV + MILLICOV - paid - tombstone.deposit);
		assert_eq!(Balances::total_balance(&AGENT.to_account_id()), 0);
	});
}

#[test]
fn an_offer_that_the_group_cannot_pay_fails_with_the_vote_that_decides() {
	run(|| {
		submit(Dave, register());
		submit(AGENT, covenant_nodes::Call::serve { node: 1 });
		submit(Alice, create_shop());
		let noted = covenant_contracts::Call::note_body {
			bytes: BODY.to_vec().try_into().unwrap(),
		};
		submit(Charlie, noted);
		let offer = create(1, COV);
		submit(Alice, propose(1, offer.clone()));
		assert!(matches!(
			apply(Bob, approve(1, 0, offer.clone())),
			Ok(Err(_))
		));
		let open = covenant_groups::Proposals::<Runtime>::get(1, 0).unwrap();
		assert_eq!(open.votes.len(), 1);

		submit(Bob, pay(&Groups::account_of(1), 2 * COV));
		submit(Bob, approve(1, 0, offer));
		assert!(covenant_contracts::Contracts::<Runtime>::contains_key(1));
	});
}
