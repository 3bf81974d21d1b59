//! Each call where it costs most: for a node that says as much as it may, and with agents to free.

use super::*;
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
	assert_ok,
	traits::{fungible::Mutate, ConstU32, Get, OnTimestampSet},
	BoundedVec,
};
use frame_system::RawOrigin;

/// More than all deposits, and few enough for all accounts to have it.
const FUNDS: Balance = Balance::MAX >> 16;
const KEY: [u8; 32] = [7; 32];
const OTHER_KEY: [u8; 32] = [8; 32];

type Signer<T> = RawOrigin<<T as frame_system::Config>::AccountId>;

fn operator<T: Config<Currency: Mutate<T::AccountId>>>() -> T::AccountId {
	let who = account("operator", 0, 0);
	T::Currency::set_balance(&who, FUNDS);
	who
}

fn agent<T: Config>(index: u32) -> T::AccountId {
	account("agent", index, 0)
}

fn longest<const LEN: u32>(byte: u8) -> BoundedVec<u8, ConstU32<LEN>> {
	vec![byte; LEN as usize].try_into().expect("no longer")
}

/// As many as there may be. Their keys differ at the very end.
fn attributes() -> Attributes {
	let attribute = |last| {
		let mut key = vec![b'k'; MAX_ATTRIBUTE_KEY_LEN as usize - 1];
		key.push(last);
		Attribute {
			key: key.try_into().expect("no longer"),
			value: longest(b'v'),
		}
	};
	let letters = (b'a'..).take(MAX_ATTRIBUTES as usize);
	letters
		.map(attribute)
		.collect::<Vec<_>>()
		.try_into()
		.expect("as many as there may be")
}

/// A node that names the first agent.
fn registered<T: Config<Currency: Mutate<T::AccountId>>>() -> (NodeId, Signer<T>) {
	let id = NextNode::<T>::get();
	let operator = RawOrigin::Signed(operator::<T>());
	assert_ok!(Pallet::<T>::register(
		operator.clone().into(),
		agent::<T>(0),
		KEY,
		Resources::default(),
		Prices::default(),
		longest(b'r'),
		attributes(),
		longest(b'e'),
	));
	(id, operator)
}

/// A node that the first agent serves, and on which it may do all that it may once in a while.
fn served<T>() -> (NodeId, Signer<T>)
where
	T: Config<Currency: Mutate<T::AccountId>, Time: OnTimestampSet<u64>>,
{
	let (id, operator) = registered::<T>();
	let agent = RawOrigin::Signed(agent::<T>(0));
	assert_ok!(Pallet::<T>::serve(agent.into(), id));
	// Only the first step of the clock may be longer than a block's.
	let later = Pallet::<T>::now() + T::HeartbeatPeriod::get();
	T::Time::on_timestamp_set(later * 1_000);
	(id, operator)
}

/// A node that the first agent serves, and the second is to serve.
fn rotated<T>() -> (NodeId, Signer<T>)
where
	T: Config<Currency: Mutate<T::AccountId>, Time: OnTimestampSet<u64>>,
{
	let (id, operator) = served::<T>();
	assert_ok!(Pallet::<T>::rotate_agent(
		operator.clone().into(),
		id,
		agent::<T>(1),
		OTHER_KEY
	));
	(id, operator)
}

#[benchmarks(where T::Currency: Mutate<T::AccountId>, <T as Config>::Time: OnTimestampSet<u64>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register() {
		let id = NextNode::<T>::get();
		let operator = RawOrigin::Signed(operator::<T>());

		#[extrinsic_call]
		_(
			operator,
			agent::<T>(0),
			KEY,
			Resources::default(),
			Prices::default(),
			longest(b'r'),
			attributes(),
			longest(b'e'),
		);

		assert!(Nodes::<T>::contains_key(id));
	}

	#[benchmark]
	fn update() {
		let (id, operator) = served::<T>();

		#[extrinsic_call]
		_(
			operator,
			id,
			Resources::default(),
			Prices::default(),
			longest(b'R'),
			attributes(),
		);

		assert_eq!(
			Nodes::<T>::get(id).map(|node| node.region),
			Some(longest(b'R'))
		);
	}

	/// Takes the place of another agent, which is freed.
	#[benchmark]
	fn serve() {
		let (id, _) = rotated::<T>();
		let agent_to_be = RawOrigin::Signed(agent::<T>(1));

		#[extrinsic_call]
		_(agent_to_be, id);

		assert!(!AgentOf::<T>::contains_key(agent::<T>(0)));
		assert_eq!(AgentOf::<T>::get(agent::<T>(1)), Some(id));
	}

	#[benchmark]
	fn heartbeat() {
		let (id, _) = served::<T>();
		let agent = RawOrigin::Signed(agent::<T>(0));

		#[extrinsic_call]
		_(agent, id);

		assert!(Nodes::<T>::get(id).is_some_and(|node| node.live > 0));
	}

	#[benchmark]
	fn announce() {
		let (id, _) = served::<T>();
		let agent = RawOrigin::Signed(agent::<T>(0));

		#[extrinsic_call]
		_(agent, id, longest(b'E'));

		assert_eq!(
			Nodes::<T>::get(id).map(|node| node.endpoint),
			Some(longest(b'E'))
		);
	}

	/// Ends it, which reads the live clock.
	#[benchmark]
	fn set_state() {
		let (id, operator) = served::<T>();

		#[extrinsic_call]
		_(operator, id, NodeState::Retired);

		assert_eq!(
			Nodes::<T>::get(id).map(|node| node.state),
			Some(NodeState::Retired)
		);
	}

	/// In the place of one that was named and never served.
	#[benchmark]
	fn rotate_agent() {
		let (id, operator) = rotated::<T>();

		#[extrinsic_call]
		_(operator, id, agent::<T>(2), KEY);

		let named = Nodes::<T>::get(id).and_then(|node| node.named_agent);
		assert_eq!(named, Some(agent::<T>(2)));
	}

	/// With two agents to free.
	#[benchmark]
	fn remove() {
		let (id, operator) = rotated::<T>();

		#[extrinsic_call]
		_(operator, id);

		assert!(!Nodes::<T>::contains_key(id));
	}

	/// What a call costs that may be free before it is known whether it is.
	#[benchmark]
	fn check() {
		let (id, _) = served::<T>();
		let origin = RawOrigin::Signed(agent::<T>(0)).into();
		let endpoint = longest(b'E');
		let passes;

		#[block]
		{
			passes = Pallet::<T>::passes(&origin, |who| {
				Pallet::<T>::check_announce(who, id, &endpoint)
			});
		}

		assert!(passes);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_chain(), crate::mock::Test);
}
