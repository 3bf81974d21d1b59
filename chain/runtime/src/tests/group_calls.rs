//! What a group may call: the list is closed.

use super::chain::*;
use crate::{AccountId, GroupCalls, Runtime, RuntimeCall};
use covenant_groups::{Caller, Classify, Kind, Thresholds};
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

fn batch_all(calls: Vec<RuntimeCall>) -> RuntimeCall {
	pallet_utility::Call::batch_all { calls }.into()
}

fn propose_in(group: u32, call: RuntimeCall) -> RuntimeCall {
	covenant_groups::Call::propose {
		group,
		call: Box::new(call),
		expires: 1,
	}
	.into()
}

fn approve_in(group: u32, call: RuntimeCall) -> RuntimeCall {
	approve(group, 0, call).into()
}

fn authorize_upgrade() -> RuntimeCall {
	frame_system::Call::authorize_upgrade {
		code_hash: H256::zero(),
	}
	.into()
}

fn set_validators() -> RuntimeCall {
	covenant_validators::Call::set {
		accounts: vec![bob()].try_into().unwrap(),
	}
	.into()
}

fn cancel() -> RuntimeCall {
	covenant_contracts::Call::cancel { contract: 1 }.into()
}

/// What group 1 may do as itself, and of which kind it is.
fn kind(call: &RuntimeCall) -> Option<Kind> {
	let (kind, caller) = GroupCalls::classify(1, call)?;
	assert_eq!(caller, Caller::Group);
	Some(kind)
}

fn allowed() -> Vec<(Kind, RuntimeCall)> {
	use covenant_contracts::Call as Contracts;
	use covenant_groups::Call as Groups;
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
		(Kind::Govern, Groups::dissolve { beneficiary: bob() }.into()),
		(
			Kind::Deploy,
			Groups::reject {
				group: 2,
				proposal: 0,
			}
			.into(),
		),
		(
			Kind::Deploy,
			Groups::withdraw {
				group: 2,
				proposal: 0,
			}
			.into(),
		),
		(
			Kind::Deploy,
			Groups::clear {
				group: 2,
				proposal: 0,
			}
			.into(),
		),
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
		batch_all(vec![]),
		batch_all(vec![pay(&bob(), 1), remark()]),
		batch_all(vec![batch_all(vec![pay(&bob(), 1)])]),
		authorize_upgrade(),
		set_validators(),
		propose_in(2, remark()),
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
	run(|| {
		for (expected, call) in allowed() {
			assert_eq!(kind(&call), Some(expected), "{call:?}");
			// A vote for it elsewhere and a batch of it are of its kind.
			for wrapped in [
				propose_in(2, call.clone()),
				approve_in(2, call.clone()),
				batch_all(vec![call.clone()]),
				batch_all(vec![approve_in(2, call.clone())]),
				approve_in(2, batch_all(vec![call.clone()])),
			] {
				assert_eq!(kind(&wrapped), Some(expected), "{wrapped:?}");
			}
		}
	});
}

#[test]
fn classify_refuses_all_else() {
	run(|| {
		for call in refused() {
			assert_eq!(GroupCalls::classify(1, &call), None, "{call:?}");
			for wrapped in [
				propose_in(2, call.clone()),
				approve_in(2, call.clone()),
				batch_all(vec![call.clone()]),
				batch_all(vec![pay(&bob(), 1), call.clone()]),
			] {
				assert_eq!(GroupCalls::classify(1, &wrapped), None, "{wrapped:?}");
			}
		}
	});
}

#[test]
fn classify_counts_votes_three_deep() {
	run(|| {
		let through = |votes: u32, call: RuntimeCall| {
			(0..votes).fold(call, |call, group| approve_in(2 + group, call))
		};
		assert_eq!(kind(&through(3, cancel())), Some(Kind::Cancel));
		assert_eq!(kind(&through(4, cancel())), None);
		assert_eq!(
			kind(&batch_all(vec![through(3, cancel())])),
			Some(Kind::Cancel)
		);
		assert_eq!(kind(&batch_all(vec![through(4, cancel())])), None);
		assert_eq!(
			kind(&through(1, batch_all(vec![through(2, cancel())]))),
			Some(Kind::Cancel)
		);
		assert_eq!(
			kind(&through(1, batch_all(vec![through(3, cancel())]))),
			None
		);
	});
}

#[test]
fn classify_takes_one_batch_however_many_votes_are_between() {
	run(|| {
		let batch = || batch_all(vec![cancel()]);
		assert_eq!(
			kind(&batch_all(vec![approve_in(2, batch()), cancel()])),
			None
		);
		assert_eq!(
			kind(&approve_in(2, approve_in(3, batch()))),
			Some(Kind::Cancel)
		);
	});
}

/// In the shop a spend needs 80, a deploy 51 and a cancel 50.
#[test]
fn classify_takes_the_part_of_a_batch_that_needs_most() {
	run(|| {
		submit(Alice, create_shop());
		let reject = || {
			RuntimeCall::from(covenant_groups::Call::reject {
				group: 2,
				proposal: 0,
			})
		};
		for (expected, parts) in [
			(Kind::Deploy, vec![cancel(), reject()]),
			(Kind::Deploy, vec![reject(), cancel()]),
			(Kind::Spend, vec![reject(), pay(&bob(), 1), cancel()]),
			(Kind::Spend, vec![cancel(), approve_in(2, pay(&bob(), 1))]),
		] {
			assert_eq!(kind(&batch_all(parts.clone())), Some(expected), "{parts:?}");
		}
	});
}

#[test]
fn classify_gives_root_to_group_0_alone() {
	run(|| {
		for call in [authorize_upgrade(), set_validators()] {
			assert_eq!(
				GroupCalls::classify(0, &call),
				Some((Kind::Govern, Caller::Root))
			);
			assert_eq!(GroupCalls::classify(1, &call), None);
			// A group that is a member of group 0 votes for it there, as itself.
			assert_eq!(kind(&approve_in(0, call.clone())), Some(Kind::Govern));
			assert_eq!(kind(&approve_in(2, call.clone())), None);
			// Not in a batch, which is made by the group's account.
			assert_eq!(GroupCalls::classify(0, &batch_all(vec![call])), None);
		}
		for call in [
			frame_system::Call::set_code { code: vec![] }.into(),
			frame_system::Call::authorize_upgrade_without_checks {
				code_hash: H256::zero(),
			}
			.into(),
			frame_system::Call::kill_storage { keys: vec![] }.into(),
		] {
			assert_eq!(GroupCalls::classify(0, &call), None, "{call:?}");
		}
		assert_eq!(
			GroupCalls::classify(0, &cancel()),
			Some((Kind::Cancel, Caller::Group))
		);
	});
}

#[test]
fn classifying_costs_a_look_at_each_part() {
	let cost = |call: &RuntimeCall| GroupCalls::weight(call).ref_time();
	let one = cost(&cancel());
	assert_eq!(cost(&approve_in(2, approve_in(3, cancel()))), one);
	let many = batch_all(vec![cancel(); 100]);
	assert!(cost(&many) > 50 * (one / 2));
	assert_eq!(cost(&approve_in(2, many.clone())), cost(&many));
}

/// docs/chain.md promises room for these.
#[test]
fn a_batch_of_64_offers_fits_into_a_proposal() {
	use codec::Encode;
	let create = covenant_contracts::Call::create {
		node: u32::MAX,
		body: H256::repeat_byte(255),
		resources: Resources {
			cpu: u32::MAX,
			memory: u32::MAX,
			storage: u32::MAX,
			gpus: u16::MAX,
			public_ipv4: u16::MAX,
		},
		max_rate: u128::MAX,
		escrow: u128::MAX,
		deadline: u64::MAX,
	};
	let length = batch_all(vec![create.into(); 64]).encoded_size();
	assert!(length <= covenant_groups::MAX_CALL_LEN as usize, "{length}");
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
