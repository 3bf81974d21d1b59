//! What the operator's and the owner's calls come to with the runtime's own accounts and groups.

use super::chain::*;
use crate::{GroupCalls, Groups, Runtime, RuntimeCall, System, COV};
use covenant_contracts::Call as Contracts;
use covenant_groups::{Caller, Classify, Kind};
use covenant_nodes::{Call as Nodes, NodeState, Prices, Resources};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave, One, Two};
use sp_runtime::transaction_validity::InvalidTransaction;

fn register() -> Nodes<Runtime> {
	Nodes::register {
		agent: One.to_account_id(),
		sealing_key: [7; 32],
		resources: Resources::default(),
		prices: Prices::default(),
		region: Default::default(),
		attributes: Default::default(),
		endpoint: Default::default(),
	}
}

fn rotate(agent: sp_keyring::Sr25519Keyring) -> Nodes<Runtime> {
	Nodes::rotate_agent {
		node: 1,
		agent: agent.to_account_id(),
		sealing_key: [8; 32],
	}
}

#[test]
fn a_rotated_agent_that_comes_back_replays_nothing() {
	run(|| {
		submit(Dave, register());
		let serve = signed(One, Nodes::serve { node: 1 });
		crate::Executive::apply_extrinsic(serve.clone())
			.unwrap()
			.unwrap();
		pass(300);
		let heartbeat = signed(One, Nodes::heartbeat { node: 1 });
		crate::Executive::apply_extrinsic(heartbeat.clone())
			.unwrap()
			.unwrap();

		// The old agent's account is gone with the rotation, and its nonce with it.
		submit(Dave, rotate(Two));
		submit(Two, Nodes::serve { node: 1 });
		assert!(!System::account_exists(&One.to_account_id()));

		// It is named again: what it signed in its first life is refused all the same.
		submit(Dave, rotate(One));
		pass(300);
		for old in [serve, heartbeat] {
			assert_eq!(
				crate::Executive::apply_extrinsic(old),
				Err(InvalidTransaction::Stale.into())
			);
		}
		submit(One, Nodes::serve { node: 1 });
	});
}

#[test]
fn a_group_may_update_and_fund_its_contracts_and_run_its_nodes() {
	run(|| {
		let update = Contracts::<Runtime>::update {
			contract: 1,
			base: 1,
			body: H256::zero(),
			resources: Resources::default(),
			max_rate: 1,
			deadline: 1,
		};
		let set_state = Nodes::<Runtime>::set_state {
			node: 1,
			state: NodeState::Draining,
		};
		let allowed: [(Kind, RuntimeCall); 6] = [
			(Kind::Deploy, update.into()),
			(
				Kind::Deploy,
				Contracts::withdraw_update { contract: 1 }.into(),
			),
			(
				Kind::Spend,
				Contracts::top_up {
					contract: 1,
					amount: 1,
				}
				.into(),
			),
			(Kind::Govern, set_state.into()),
			(Kind::Govern, rotate(One).into()),
			(Kind::Govern, Nodes::remove { node: 1 }.into()),
		];
		for (kind, call) in allowed {
			assert_eq!(
				GroupCalls::classify(1, &call),
				Some((kind, Caller::Group)),
				"{call:?}"
			);
		}
		let refused: [RuntimeCall; 4] = [
			Contracts::expire { contract: 1 }.into(),
			Contracts::close { contract: 1 }.into(),
			Contracts::prune { contract: 1 }.into(),
			Contracts::terminate {
				contract: 1,
				reason: covenant_contracts::DeclineReason::Other(0),
			}
			.into(),
		];
		for call in refused {
			assert_eq!(GroupCalls::classify(1, &call), None, "{call:?}");
		}
	});
}

/// Those who may deploy put the group's money into its own contracts alone.
#[test]
fn a_top_up_that_drains_a_group_under_the_wrong_kind() {
	run(|| {
		submit(Dave, register());
		submit(One, Nodes::serve { node: 1 });
		submit(Alice, create_shop());
		submit(Bob, pay(&Groups::account_of(1), 10 * COV));
		let bytes = b"{}".to_vec();
		let body = H256(sp_io::hashing::blake2_256(&bytes));
		let bytes = bytes.try_into().unwrap();
		submit(Charlie, Contracts::note_body { bytes });
		let create = Contracts::create {
			node: 1,
			body,
			resources: Resources::default(),
			max_rate: 0,
			escrow: COV,
			deadline: now() + 600,
		};
		// Contract 1 is Bob's, contract 2 the group's.
		submit(Bob, create.clone());
		submit(Alice, propose(1, create.clone().into()));
		submit(Bob, approve(1, 0, create.into()));

		let top_up = |contract| {
			RuntimeCall::from(Contracts::top_up {
				contract,
				amount: COV,
			})
		};
		assert_eq!(
			GroupCalls::classify(1, &top_up(2)),
			Some((Kind::Deploy, Caller::Group))
		);
		assert_eq!(
			GroupCalls::classify(1, &top_up(1)),
			Some((Kind::Spend, Caller::Group))
		);
		// 80 deploy, and 80 is what spending needs; 70 only deploy.
		submit(Alice, propose(1, top_up(2)));
		submit(Charlie, approve(1, 1, top_up(2)));
		assert_eq!(contract_escrow(2), 2 * COV);
		submit(Alice, propose(1, top_up(1)));
		submit(Charlie, approve(1, 2, top_up(1)));
		assert_eq!(contract_escrow(1), COV, "70 may not give it away");
	});
}

fn contract_escrow(id: u64) -> u128 {
	covenant_contracts::Contracts::<Runtime>::get(id)
		.expect("it is open")
		.escrow
}
