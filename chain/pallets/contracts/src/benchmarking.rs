//! Each call where it costs most: bodies of the full length that nobody else keeps, a node that
//! says as much as it may, and of what runs a settlement that is paid out.

use super::*;
use alloc::{vec, vec::Vec};
use covenant_nodes::{NodeState, Prices};
use frame_benchmarking::v2::*;
use frame_support::{
	assert_ok,
	traits::{fungible::Mutate, Get, OnTimestampSet},
	BoundedVec,
};
use frame_system::RawOrigin;
use sp_runtime::traits::{BlakeTwo256, Hash};

/// More than all deposits, and few enough for all accounts to have it.
const FUNDS: Balance = Balance::MAX >> 16;
const ESCROW: Balance = FUNDS >> 16;
/// What the node asks for each of the five resources. More than an existential deposit of any chain.
const PRICE: Balance = FUNDS >> 32;
const ASKED: Resources = Resources {
	cpu: 1,
	memory: 1,
	storage: 1,
	gpus: 1,
	public_ipv4: 1,
};
const KEY: [u8; 32] = [7; 32];
/// In seconds: how long an offer is open, and how long it runs before a benchmark begins.
const OPEN: u64 = 60;
const RUNS: u64 = 10;

type Signer<T> = RawOrigin<<T as frame_system::Config>::AccountId>;

fn funded<T: Config<Currency: Mutate<T::AccountId>>>(name: &'static str) -> T::AccountId {
	let who = account(name, 0, 0);
	T::Currency::set_balance(&who, FUNDS);
	who
}

fn now<T: Config>() -> u64 {
	covenant_nodes::Pallet::<T>::now()
}

/// Moves the clock. Only the first step may be longer than a block's.
fn pass<T: Config<Time: OnTimestampSet<u64>>>(seconds: u64) {
	T::Time::on_timestamp_set((now::<T>() + seconds) * 1_000);
}

/// The longest body, whose bytes are all `byte`.
fn bytes<T: Config>(byte: u8) -> BoundedVec<u8, T::MaxBodyLen> {
	vec![byte; T::MaxBodyLen::get() as usize]
		.try_into()
		.expect("no longer")
}

fn hash_of<T: Config>(byte: u8) -> BodyHash {
	BlakeTwo256::hash(&bytes::<T>(byte))
}

/// Who is there in every benchmark.
struct Scene<T: Config> {
	owner: Signer<T>,
	agent: Signer<T>,
	operator: Signer<T>,
	node: NodeId,
	contract: ContractId,
}

impl<T: Config<Currency: Mutate<T::AccountId>, Time: OnTimestampSet<u64>>> Scene<T> {
	/// A node that is there, with as much to say as it may.
	fn node() -> Self {
		let agent = account("agent", 0, 0);
		let operator = RawOrigin::Signed(funded::<T>("operator"));
		let node = covenant_nodes::NextNode::<T>::get();
		assert_ok!(covenant_nodes::Pallet::<T>::register(
			operator.clone().into(),
			account("agent", 0, 0),
			KEY,
			ASKED,
			Prices {
				cpu: PRICE,
				memory: PRICE,
				storage: PRICE,
				gpu: PRICE,
				public_ipv4: PRICE,
			},
			vec![b'r'; covenant_nodes::MAX_REGION_LEN as usize]
				.try_into()
				.expect("no longer"),
			attributes(),
			vec![b'e'; covenant_nodes::MAX_ENDPOINT_LEN as usize]
				.try_into()
				.expect("no longer"),
		));
		let scene = Self {
			owner: RawOrigin::Signed(funded::<T>("owner")),
			agent: RawOrigin::Signed(agent),
			operator,
			node,
			contract: NextContract::<T>::get(),
		};
		assert_ok!(covenant_nodes::Pallet::<T>::serve(
			scene.agent.clone().into(),
			node
		));
		scene
	}

	/// An offer, whose body nobody keeps but the contract.
	fn offered() -> Self {
		let scene = Self::node();
		scene.note(1);
		assert_ok!(Pallet::<T>::create(
			scene.owner.clone().into(),
			scene.node,
			hash_of::<T>(1),
			ASKED,
			Balance::MAX,
			ESCROW,
			now::<T>() + OPEN,
		));
		scene.drop(1);
		scene
	}

	/// A contract that runs, and has something to settle.
	fn running() -> Self {
		let scene = Self::offered();
		scene.accept(1);
		pass::<T>(RUNS);
		scene
	}

	/// A contract that runs with an update beside it, whose body nobody keeps but the contract.
	fn updated() -> Self {
		let scene = Self::offered();
		scene.accept(1);
		scene.note(2);
		assert_ok!(Pallet::<T>::update(
			scene.owner.clone().into(),
			scene.contract,
			1,
			hash_of::<T>(2),
			ASKED,
			Balance::MAX,
			now::<T>() + OPEN,
		));
		scene.drop(2);
		pass::<T>(RUNS);
		scene
	}

	fn note(&self, byte: u8) {
		assert_ok!(Pallet::<T>::note_body(
			self.owner.clone().into(),
			bytes::<T>(byte)
		));
	}

	fn drop(&self, byte: u8) {
		assert_ok!(Pallet::<T>::drop_body(
			self.owner.clone().into(),
			hash_of::<T>(byte)
		));
	}

	fn accept(&self, version: u32) {
		assert_ok!(Pallet::<T>::accept(
			self.agent.clone().into(),
			self.contract,
			version,
			hash_of::<T>(version as u8),
			KEY
		));
	}

	/// It is closed, and no body is left of it.
	fn assert_closed(&self) {
		assert!(!Contracts::<T>::contains_key(self.contract));
		assert!(Tombstones::<T>::contains_key(self.contract));
		assert_eq!(Bodies::<T>::iter_keys().count(), 0);
	}

	fn stored(&self) -> ContractOf<T> {
		Contracts::<T>::get(self.contract).expect("it is open")
	}
}

fn attributes() -> covenant_nodes::Attributes {
	let attribute = |last| {
		let mut key = vec![b'k'; covenant_nodes::MAX_ATTRIBUTE_KEY_LEN as usize - 1];
		key.push(last);
		covenant_nodes::Attribute {
			key: key.try_into().expect("no longer"),
			value: vec![b'v'; covenant_nodes::MAX_ATTRIBUTE_VALUE_LEN as usize]
				.try_into()
				.expect("no longer"),
		}
	};
	let letters = (b'a'..).take(covenant_nodes::MAX_ATTRIBUTES as usize);
	letters
		.map(attribute)
		.collect::<Vec<_>>()
		.try_into()
		.expect("as many as there may be")
}

#[benchmarks(where T::Currency: Mutate<T::AccountId>, T::Time: OnTimestampSet<u64>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn note_body(b: Linear<0, { T::MaxBodyLen::get() }>) {
		let who = funded::<T>("owner");
		let bytes: BoundedVec<u8, T::MaxBodyLen> =
			vec![1; b as usize].try_into().expect("no longer");
		let hash = BlakeTwo256::hash(&bytes);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), bytes);

		assert!(BodyDeposits::<T>::contains_key(hash, who));
	}

	/// By the last who holds it.
	#[benchmark]
	fn drop_body() {
		let scene = Scene::<T>::node();
		scene.note(1);

		#[extrinsic_call]
		_(scene.owner, hash_of::<T>(1));

		assert_eq!(Bodies::<T>::iter_keys().count(), 0);
	}

	#[benchmark]
	fn create() {
		let scene = Scene::<T>::node();
		scene.note(1);
		pass::<T>(RUNS);
		let deadline = now::<T>() + OPEN;

		#[extrinsic_call]
		_(
			scene.owner,
			scene.node,
			hash_of::<T>(1),
			ASKED,
			Balance::MAX,
			ESCROW,
			deadline,
		);

		assert!(Contracts::<T>::contains_key(scene.contract));
	}

	/// An update, whose settlement is paid out, and which leaves nothing of the body before.
	#[benchmark]
	fn accept() {
		let scene = Scene::<T>::updated();

		#[extrinsic_call]
		_(scene.agent.clone(), scene.contract, 2, hash_of::<T>(2), KEY);

		let contract = scene.stored();
		assert_eq!(contract.running.map(|spec| spec.version), Some(2));
		assert!(contract.escrow < ESCROW);
		assert_eq!(Bodies::<T>::iter_keys().count(), 1);
	}

	/// A first offer. To drop an update costs what [`withdraw_update`] does.
	#[benchmark]
	fn decline() {
		let scene = Scene::<T>::offered();
		pass::<T>(RUNS);

		#[extrinsic_call]
		_(
			scene.agent.clone(),
			scene.contract,
			1,
			DeclineReason::Policy,
		);

		scene.assert_closed();
	}

	#[benchmark]
	fn cancel() {
		let scene = Scene::<T>::updated();

		#[extrinsic_call]
		_(scene.owner.clone(), scene.contract);

		scene.assert_closed();
	}

	#[benchmark]
	fn settle() {
		let scene = Scene::<T>::running();

		#[extrinsic_call]
		_(scene.owner.clone(), scene.contract);

		assert!(scene.stored().escrow < ESCROW);
	}

	/// In the place of another that is pending, of whose body nothing is left.
	#[benchmark]
	fn update() {
		let scene = Scene::<T>::updated();
		scene.note(3);
		let deadline = now::<T>() + OPEN;

		#[extrinsic_call]
		_(
			scene.owner.clone(),
			scene.contract,
			2,
			hash_of::<T>(3),
			ASKED,
			Balance::MAX,
			deadline,
		);

		let contract = scene.stored();
		assert_eq!(contract.version, 3);
		assert!(contract.escrow < ESCROW);
		assert!(!Bodies::<T>::contains_key(hash_of::<T>(2)));
	}

	#[benchmark]
	fn withdraw_update() {
		let scene = Scene::<T>::updated();

		#[extrinsic_call]
		_(scene.owner.clone(), scene.contract);

		let contract = scene.stored();
		assert_eq!(contract.pending, None);
		assert!(contract.escrow < ESCROW);
		assert!(!Bodies::<T>::contains_key(hash_of::<T>(2)));
	}

	#[benchmark]
	fn terminate() {
		let scene = Scene::<T>::updated();

		#[extrinsic_call]
		_(scene.agent.clone(), scene.contract, DeclineReason::Policy);

		scene.assert_closed();
	}

	#[benchmark]
	fn report() {
		let scene = Scene::<T>::running();

		#[extrinsic_call]
		_(scene.agent.clone(), scene.contract, Health::Healthy);

		assert!(scene.stored().report.is_some());
	}

	/// By somebody else than the owner.
	#[benchmark]
	fn top_up() {
		let scene = Scene::<T>::running();
		let anyone = funded::<T>("anyone");

		#[extrinsic_call]
		_(RawOrigin::Signed(anyone), scene.contract, ESCROW);

		let escrow = scene.stored().escrow;
		assert!(escrow > ESCROW && escrow < 2 * ESCROW);
	}

	/// As [`decline`].
	#[benchmark]
	fn expire() {
		let scene = Scene::<T>::offered();
		pass::<T>(OPEN + 1);
		let anyone = funded::<T>("anyone");

		#[extrinsic_call]
		_(RawOrigin::Signed(anyone), scene.contract);

		scene.assert_closed();
	}

	/// On a node that has retired, so that there is something to settle.
	#[benchmark]
	fn close() {
		let scene = Scene::<T>::updated();
		assert_ok!(covenant_nodes::Pallet::<T>::set_state(
			scene.operator.clone().into(),
			scene.node,
			NodeState::Retired
		));
		let anyone = funded::<T>("anyone");

		#[extrinsic_call]
		_(RawOrigin::Signed(anyone), scene.contract);

		scene.assert_closed();
	}

	#[benchmark]
	fn prune() {
		let scene = Scene::<T>::offered();
		assert_ok!(Pallet::<T>::cancel(
			scene.owner.clone().into(),
			scene.contract
		));
		pass::<T>(T::TombstonePeriod::get());
		let anyone = funded::<T>("anyone");

		#[extrinsic_call]
		_(RawOrigin::Signed(anyone), scene.contract);

		assert!(!Tombstones::<T>::contains_key(scene.contract));
	}

	/// What a call costs that may be free before it is known whether it is.
	#[benchmark]
	fn check() {
		let scene = Scene::<T>::updated();
		let origin = scene.agent.clone().into();
		let passes;

		#[block]
		{
			passes = Pallet::<T>::passes(&origin, |who| {
				Pallet::<T>::check_accept(who, scene.contract, 2, hash_of::<T>(2))
			});
		}

		assert!(passes);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_chain(), crate::mock::Test);
}
