//! Each call of our pallets with as much to say as it may.

use super::chain::{approve, propose};
use crate::{AccountId, RuntimeCall};
use codec::Encode;
use covenant_contracts::{Call as Contracts, DeclineReason, Health};
use covenant_groups::{Call as Groups, Member, Permissions, Thresholds, MAX_CALL_LEN, MAX_MEMBERS};
use covenant_nodes::{Attribute, Call as Nodes, NodeState, Prices, Resources};
use frame_support::{
	dispatch::GetDispatchInfo,
	traits::{Get, GetCallMetadata},
	BoundedVec,
};
use sp_core::H256;
use sp_runtime::MultiAddress;

/// Under which our pallets stand in the runtime.
pub const PALLETS: [&str; 4] = ["Groups", "Nodes", "Contracts", "Validators"];

const RESOURCES: Resources = Resources {
	cpu: u32::MAX,
	memory: u32::MAX,
	storage: u32::MAX,
	gpus: u16::MAX,
	public_ipv4: u16::MAX,
};
const PRICES: Prices = Prices {
	cpu: u128::MAX,
	memory: u128::MAX,
	storage: u128::MAX,
	gpu: u128::MAX,
	public_ipv4: u128::MAX,
};
const ALL: Thresholds = Thresholds {
	deploy: MAX_MEMBERS,
	cancel: MAX_MEMBERS,
	spend: MAX_MEMBERS,
	govern: MAX_MEMBERS,
};
const KEY: [u8; 32] = [7; 32];

fn who(index: u8) -> AccountId {
	AccountId::new([index; 32])
}

fn full<Bound: Get<u32>>() -> BoundedVec<u8, Bound> {
	vec![b'x'; Bound::get() as usize].try_into().unwrap()
}

fn all<Item, Bound: Get<u32>>(item: impl Fn(u8) -> Item) -> BoundedVec<Item, Bound> {
	let items: Vec<_> = (0..Bound::get() as u8).map(item).collect();
	items
		.try_into()
		.unwrap_or_else(|_| panic!("as many as there may be"))
}

fn attribute(index: u8) -> Attribute {
	let mut key: BoundedVec<u8, _> = full();
	key[0] = b'a' + index;
	Attribute { key, value: full() }
}

fn member(index: u8) -> Member<AccountId> {
	Member {
		account: who(index),
		weight: 1,
		permissions: Permissions(3),
	}
}

/// All of them, votes with `carried`.
pub fn calls(carried: &RuntimeCall) -> Vec<RuntimeCall> {
	[groups(carried), nodes(), contracts(), vec![validators()]].concat()
}

fn groups(carried: &RuntimeCall) -> Vec<RuntimeCall> {
	let (group, proposal) = (u32::MAX, u32::MAX);
	vec![
		Groups::create_group {
			name: full(),
			members: all(member),
			thresholds: ALL,
			first: Some((Box::new(carried.clone()), u64::MAX)),
		}
		.into(),
		propose(group, carried.clone()).into(),
		approve(group, proposal, carried.clone()).into(),
		Groups::reject { group, proposal }.into(),
		set_members(),
		Groups::withdraw { group, proposal }.into(),
		Groups::clear { group, proposal }.into(),
		Groups::dissolve {
			beneficiary: who(1),
		}
		.into(),
	]
}

fn set_members() -> RuntimeCall {
	Groups::set_members {
		members: all(member),
		thresholds: ALL,
	}
	.into()
}

fn nodes() -> Vec<RuntimeCall> {
	let node = u32::MAX;
	vec![
		Nodes::register {
			agent: who(1),
			sealing_key: KEY,
			resources: RESOURCES,
			prices: PRICES,
			region: full(),
			attributes: all(attribute),
			endpoint: full(),
		}
		.into(),
		Nodes::update {
			node,
			resources: RESOURCES,
			prices: PRICES,
			region: full(),
			attributes: all(attribute),
		}
		.into(),
		Nodes::serve { node }.into(),
		Nodes::heartbeat { node }.into(),
		Nodes::announce {
			node,
			endpoint: full(),
		}
		.into(),
		Nodes::set_state {
			node,
			state: NodeState::Retired,
		}
		.into(),
		Nodes::rotate_agent {
			node,
			agent: who(1),
			sealing_key: KEY,
		}
		.into(),
		Nodes::remove { node }.into(),
	]
}

/// An offer as a deployment makes it.
pub fn create() -> RuntimeCall {
	Contracts::create {
		node: u32::MAX,
		body: H256::repeat_byte(255),
		resources: RESOURCES,
		max_rate: u128::MAX,
		escrow: u128::MAX,
		deadline: u64::MAX,
	}
	.into()
}

fn contracts() -> Vec<RuntimeCall> {
	let contract = u64::MAX;
	let body = H256::repeat_byte(255);
	let reason = DeclineReason::Other(1);
	vec![
		Contracts::note_body { bytes: full() }.into(),
		Contracts::drop_body { hash: body }.into(),
		create(),
		Contracts::accept {
			contract,
			version: u32::MAX,
			body,
			network_key: KEY,
		}
		.into(),
		Contracts::decline {
			contract,
			version: u32::MAX,
			reason,
		}
		.into(),
		Contracts::cancel { contract }.into(),
		Contracts::settle { contract }.into(),
		Contracts::update {
			contract,
			base: u32::MAX,
			body,
			resources: RESOURCES,
			max_rate: u128::MAX,
			deadline: u64::MAX,
		}
		.into(),
		Contracts::withdraw_update { contract }.into(),
		Contracts::terminate { contract, reason }.into(),
		Contracts::report {
			contract,
			health: Health::Healthy,
		}
		.into(),
		Contracts::top_up {
			contract,
			amount: u128::MAX,
		}
		.into(),
		Contracts::expire { contract }.into(),
		Contracts::close { contract }.into(),
		Contracts::prune { contract }.into(),
	]
}

fn validators() -> RuntimeCall {
	covenant_validators::Call::set { accounts: all(who) }.into()
}

/// The heaviest call that a proposal may carry: as many of one call as its bytes have room for.
pub fn heaviest_to_carry() -> RuntimeCall {
	let transfer = pallet_balances::Call::transfer_keep_alive {
		dest: MultiAddress::Id(who(1)),
		value: 1,
	};
	let parts = [groups(&set_members()), nodes(), contracts()].concat();
	parts
		.into_iter()
		.chain([transfer.into()])
		.filter(|part| kind_of(part).is_some())
		.map(as_many_as_fit)
		.max_by_key(|call| call.get_dispatch_info().call_weight.ref_time())
		.unwrap()
}

fn kind_of(call: &RuntimeCall) -> Option<covenant_groups::Kind> {
	use covenant_groups::Classify;
	crate::GroupCalls::classify(1, call).map(|(kind, _)| kind)
}

fn as_many_as_fit(part: RuntimeCall) -> RuntimeCall {
	let around = 2 + 2;
	let parts = (MAX_CALL_LEN as usize - around) / part.encoded_size();
	let call = RuntimeCall::from(pallet_utility::Call::batch_all {
		calls: vec![part; parts],
	});
	assert!(call.encoded_size() <= MAX_CALL_LEN as usize);
	call
}

/// The pallet and the name of a call.
pub fn name_of(call: &RuntimeCall) -> (&'static str, &'static str) {
	let name = call.get_call_metadata();
	(name.pallet_name, name.function_name)
}

#[test]
fn none_of_our_calls_is_left_out() {
	super::chain::run(|| {
		let known: Vec<_> = calls(&create()).iter().map(name_of).collect();
		let ours: Vec<_> = PALLETS
			.into_iter()
			.flat_map(|pallet| {
				RuntimeCall::get_call_names(pallet)
					.iter()
					.map(move |name| (pallet, *name))
			})
			.collect();
		assert_eq!(known, ours);
	});
}
