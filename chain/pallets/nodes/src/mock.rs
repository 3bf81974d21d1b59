//! A runtime of balances and nodes, with a clock that tests move.

use crate::{self as covenant_nodes, tests::replay::NodesReplay, *};
use core::time::Duration;
use frame_support::{
	assert_ok, derive_impl,
	dispatch::CheckIfFeeless,
	parameter_types,
	traits::{fungible::InspectHold, ConstU128, OnTimestampSet, UnixTime},
	BoundedVec,
};
use sp_runtime::BuildStorage;

pub type AccountId = u64;

pub const OPERATOR: AccountId = 1;
pub const STRANGER: AccountId = 2;
/// Agents own nothing.
pub const AGENT: AccountId = 11;
pub const OTHER_AGENT: AccountId = 12;

pub const EXISTENTIAL_DEPOSIT: Balance = 10;
pub const NODE_DEPOSIT: Balance = 1_000;
pub const FUNDS: Balance = 10_000;
pub const PERIOD: u64 = 600;
pub const WINDOW: u64 = 1_200;
/// The clock's time when a test begins.
pub const START: u64 = 1_000_000;

pub const RESOURCES: Resources = Resources {
	cpu: 4_000,
	memory: 8_192,
	storage: 100_000,
	gpus: 1,
	public_ipv4: 2,
};
pub const PRICES: Prices = Prices {
	cpu: 3,
	memory: 2,
	storage: 1,
	gpu: 5_000,
	public_ipv4: 700,
};

type Block = frame_system::mocking::MockBlock<Test>;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Nodes = covenant_nodes;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
	type AccountStore = System;
}

parameter_types! {
	pub storage ChainSeconds: u64 = START;
	/// Another runtime may have others.
	pub storage HeartbeatPeriod: u64 = PERIOD;
	pub storage Window: u64 = WINDOW;
}

pub struct Clock;
impl UnixTime for Clock {
	fn now() -> Duration {
		Duration::from_secs(ChainSeconds::get())
	}
}
impl OnTimestampSet<u64> for Clock {
	fn on_timestamp_set(ms: u64) {
		ChainSeconds::set(&(ms / 1_000));
	}
}

impl Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Time = Clock;
	type WeightInfo = weights::Measured<()>;
	type NodeDeposit = ConstU128<NODE_DEPOSIT>;
	type HeartbeatPeriod = HeartbeatPeriod;
	type Window = Window;
}

/// Runs `test` on a new chain, and then holds its storage against the invariants and against what
/// its events alone say.
pub fn run(test: impl FnOnce()) {
	new_chain().execute_with(|| {
		System::set_block_number(1);
		test();
		assert_ok!(Pallet::<Test>::do_try_state());
		let mut replay = NodesReplay::<Test>::default();
		events().into_iter().for_each(|event| replay.apply(event));
		replay.assert_is_storage();
	});
}

pub fn new_chain() -> sp_io::TestExternalities {
	RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: vec![(OPERATOR, FUNDS), (STRANGER, FUNDS)],
			..Default::default()
		},
		..Default::default()
	}
	.build_storage()
	.unwrap()
	.into()
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

/// This pallet's events, oldest first.
pub fn events() -> Vec<Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Nodes(event) => Some(event),
			_ => None,
		})
		.collect()
}

pub fn pass(seconds: u64) {
	ChainSeconds::set(&(ChainSeconds::get() + seconds));
}

pub fn now() -> u64 {
	ChainSeconds::get()
}

pub fn text<Bound: frame_support::traits::Get<u32>>(text: &str) -> BoundedVec<u8, Bound> {
	text.as_bytes()
		.to_vec()
		.try_into()
		.unwrap_or_else(|_| panic!("{text} is too long"))
}

pub fn attributes(pairs: &[(&str, &str)]) -> Attributes {
	let attributes: Vec<Attribute> = pairs
		.iter()
		.map(|(key, value)| Attribute {
			key: text(key),
			value: text(value),
		})
		.collect();
	attributes.try_into().expect("fewer than the most")
}

/// A registration with all there is to say; tests change what they are about.
pub struct Registration {
	pub operator: AccountId,
	pub agent: AccountId,
	pub region: Region,
	pub attributes: Attributes,
	pub endpoint: Endpoint,
}

impl Default for Registration {
	fn default() -> Self {
		Self {
			operator: OPERATOR,
			agent: AGENT,
			region: text("eu"),
			attributes: attributes(&[("disk", "nvme")]),
			endpoint: text("192.0.2.1:51820"),
		}
	}
}

impl Registration {
	pub fn submit(self) -> sp_runtime::DispatchResult {
		Nodes::register(
			signed(self.operator),
			self.agent,
			[7; 32],
			RESOURCES,
			PRICES,
			self.region,
			self.attributes,
			self.endpoint,
		)
	}
}

/// Offers one more node that names `agent`.
pub fn register(agent: AccountId) -> NodeId {
	let node = NextNode::<Test>::get();
	assert_ok!(Registration {
		agent,
		..Default::default()
	}
	.submit());
	node
}

/// Offers one more node that `agent` serves.
pub fn serving(agent: AccountId) -> NodeId {
	let node = register(agent);
	assert_ok!(Nodes::serve(signed(agent), node));
	node
}

pub fn node(id: NodeId) -> NodeOf<Test> {
	crate::Nodes::<Test>::get(id).expect("the node exists")
}

pub fn held(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::Node.into(), &who)
}

pub fn is_feeless(who: AccountId, call: Call<Test>) -> bool {
	RuntimeCall::from(call).is_feeless(&signed(who))
}
