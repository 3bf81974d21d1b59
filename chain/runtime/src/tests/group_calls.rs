//! What a group may call: the list is closed.

use super::chain::*;
use crate::{AccountId, GroupCalls, Runtime, RuntimeCall};
use covenant_groups::{Classify, Kind, Thresholds};
use covenant_nodes::{Prices, Resources};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::MultiAddress;

const PRICES: Prices = Prices {
	cpu: 1,
	memory: 1,
	storage: 1,
	gpu: 1,
	public_ipv4: 1,
};
const ONES: Thresholds = Thresholds {
	deploy: 1,
	cancel: 1,
	spend: 1,
	govern: 1,
};

fn bob() -> AccountId {
	Bob.to_account_id()
}

fn remark() -> RuntimeCall {
	frame_system::Call::remark { remark: vec![] }.into()
}

fn allowed() -> Vec<(Kind, RuntimeCall)> {
	use covenant_contracts::Call as Contracts;
	use covenant_nodes::Call as Nodes;
	let create = Contracts::<Runtime>::create {
		node: 1,
		body: H256::zero(),
		resources: Resources::default(),
		max_rate: 1,
		escrow: 1,
		deadline: 1,
	};
	let register = Nodes::<Runtime>::register {
		agent: bob(),
		sealing_key: [0; 32],
		resources: Resources::default(),
		prices: PRICES,
		region: Default::default(),
		attributes: Default::default(),
		endpoint: Default::default(),
	};
	let update = Nodes::<Runtime>::update {
		node: 1,
		resources: Resources::default(),
		prices: PRICES,
		region: Default::default(),
		attributes: Default::default(),
	};
	let set_members = covenant_groups::Call::set_members {
		members: Default::default(),
		thresholds: ONES,
	};
	vec![
		(Kind::Deploy, create.into()),
		(Kind::Cancel, Contracts::cancel { contract: 1 }.into()),
		(Kind::Spend, pay(&bob(), 1)),
		(Kind::Govern, set_members.into()),
		(Kind::Govern, register.into()),
		(Kind::Govern, update.into()),
	]
}

fn refused() -> Vec<RuntimeCall> {
	use covenant_contracts::Call as Contracts;
	use covenant_groups::Call as Groups;
	use covenant_nodes::Call as Nodes;
	use pallet_balances::Call as Balances;
	let dest = MultiAddress::Id(bob());
	let nested = Box::new(pay(&bob(), 1));
	let create_group = Groups::create_group {
		name: Default::default(),
		members: Default::default(),
		thresholds: ONES,
		first: None,
	};
	let as_multi = pallet_multisig::Call::as_multi_threshold_1 {
		other_signatories: vec![bob()],
		call: nested.clone(),
	};
	let set_keys = crate::SessionKeys {
		aura: sp_core::sr25519::Public::default().into(),
		grandpa: sp_core::ed25519::Public::default().into(),
	};
	let accept = Contracts::<Runtime>::accept {
		contract: 1,
		version: 1,
		body: H256::zero(),
		network_key: [0; 32],
	};
	vec![
		remark(),
		frame_system::Call::set_code { code: vec![] }.into(),
		Balances::transfer_allow_death {
			dest: dest.clone(),
			value: 1,
		}
		.into(),
		Balances::transfer_all {
			dest: dest.clone(),
			keep_alive: true,
		}
		.into(),
		Balances::burn {
			value: 1,
			keep_alive: true,
		}
		.into(),
		pallet_utility::Call::batch {
			calls: vec![pay(&bob(), 1)],
		}
		.into(),
		pallet_utility::Call::batch_all {
			calls: vec![pay(&bob(), 1)],
		}
		.into(),
		pallet_utility::Call::force_batch {
			calls: vec![pay(&bob(), 1)],
		}
		.into(),
		pallet_utility::Call::as_derivative {
			index: 0,
			call: nested.clone(),
		}
		.into(),
		as_multi.into(),
		pallet_proxy::Call::add_proxy {
			delegate: dest.clone(),
			proxy_type: Default::default(),
			delay: 0,
		}
		.into(),
		pallet_proxy::Call::proxy {
			real: dest,
			force_proxy_type: None,
			call: nested.clone(),
		}
		.into(),
		pallet_sudo::Call::sudo {
			call: nested.clone(),
		}
		.into(),
		pallet_session::Call::set_keys {
			keys: set_keys,
			proof: vec![],
		}
		.into(),
		create_group.into(),
		Groups::propose {
			group: 1,
			call: nested.clone(),
			expires: 1,
		}
		.into(),
		Groups::approve {
			group: 1,
			proposal: 0,
			call: nested,
		}
		.into(),
		Groups::reject {
			group: 1,
			proposal: 0,
		}
		.into(),
		Nodes::serve { node: 1 }.into(),
		Nodes::heartbeat { node: 1 }.into(),
		Nodes::announce {
			node: 1,
			endpoint: Default::default(),
		}
		.into(),
		Contracts::note_body {
			bytes: Default::default(),
		}
		.into(),
		Contracts::drop_body { hash: H256::zero() }.into(),
		accept.into(),
		Contracts::settle { contract: 1 }.into(),
	]
}

#[test]
fn classify_knows_the_kind_of_what_is_allowed() {
	for (kind, call) in allowed() {
		assert_eq!(GroupCalls::classify(1, &call), Some(kind), "{call:?}");
	}
}

#[test]
fn classify_refuses_all_else() {
	for call in refused() {
		assert_eq!(GroupCalls::classify(1, &call), None, "{call:?}");
	}
}

#[test]
fn a_member_cannot_have_its_group_call_anything_else() {
	run(|| {
		submit(Alice, create_shop());
		for call in refused() {
			assert_eq!(
				apply(Alice, propose(1, call)),
				Ok(Err(covenant_groups::Error::<Runtime>::CallNotAllowed.into()))
			);
		}
	});
}
