//! A runtime of balances, nodes and contracts, with a clock that tests move.

use crate::{self as covenant_contracts, tests::replay::Replay, *};
use core::time::Duration;
use covenant_nodes::{NodeOf, NodeState, Prices};
use frame_support::{
	assert_ok, derive_impl,
	dispatch::CheckIfFeeless,
	parameter_types,
	traits::{fungible::InspectHold, ConstU128, ConstU32, ConstU64, OnTimestampSet, UnixTime},
	BoundedVec,
};
use sp_runtime::{
	traits::{BlakeTwo256, Hash},
	BuildStorage, DispatchResult,
};

pub type AccountId = u64;

pub const OWNER: AccountId = 1;
pub const OTHER_OWNER: AccountId = 2;
pub const OPERATOR: AccountId = 3;
pub const STRANGER: AccountId = 4;
/// Agents own nothing.
pub const AGENT: AccountId = 11;
pub const OTHER_AGENT: AccountId = 12;

pub const EXISTENTIAL_DEPOSIT: Balance = 10;
pub const FUNDS: Balance = 10_000_000_000;
pub const BODY_DEPOSIT: Balance = 100;
pub const BYTE_DEPOSIT: Balance = 1;
pub const CONTRACT_DEPOSIT: Balance = 500;
pub const TOMBSTONE_DEPOSIT: Balance = 200;
pub const NODE_DEPOSIT: Balance = 1_000;

pub const PERIOD: u64 = 600;
pub const WINDOW: u64 = 1_200;
pub const MAX_DEADLINE: u64 = 7 * 86_400;
pub const SETTLE_PERIOD: u64 = 86_400;
pub const GRACE: u64 = 14 * 86_400;
pub const REPORT_PERIOD: u64 = 600;
pub const TOMBSTONE_PERIOD: u64 = 30 * 86_400;
/// The clock's time when a test begins.
pub const START: u64 = 1_000_000;

pub const TOTAL: Resources = Resources {
	cpu: 4_000,
	memory: 8_192,
	storage: 100_000,
	gpus: 1,
	public_ipv4: 2,
};
pub const PRICES: Prices = Prices {
	cpu: 2,
	memory: 1,
	storage: 0,
	gpu: 5_000,
	public_ipv4: 700,
};
/// Half of what the node has.
pub const ASKED: Resources = Resources {
	cpu: 2_000,
	memory: 4_096,
	storage: 50_000,
	gpus: 0,
	public_ipv4: 1,
};
/// What `ASKED` costs at `PRICES`, per second.
pub const RATE: Balance = 2_000 * 2 + 4_096 + 700;
/// How long `ESCROW` lasts at `RATE`.
pub const SECONDS_PAID: u64 = 1_000;
pub const ESCROW: Balance = RATE * SECONDS_PAID as Balance;
pub const NETWORK_KEY: [u8; 32] = [9; 32];
pub const BODY: &[u8] = br#"{"services":{}}"#;

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
	#[runtime::pallet_index(3)]
	pub type Contracts = covenant_contracts;
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
	/// What a later runtime may ask for.
	pub storage BodyPrice: Balance = BODY_DEPOSIT;
	pub storage ContractPrice: Balance = CONTRACT_DEPOSIT;
	pub storage TombstoneShare: Balance = TOMBSTONE_DEPOSIT;
	pub storage SettlePeriod: u64 = SETTLE_PERIOD;
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

impl covenant_nodes::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Time = Clock;
	type WeightInfo = covenant_nodes::weights::Measured<()>;
	type NodeDeposit = ConstU128<NODE_DEPOSIT>;
	type HeartbeatPeriod = ConstU64<PERIOD>;
	type Window = ConstU64<WINDOW>;
}

impl Config for Test {
	type WeightInfo = weights::Measured<()>;
	type MaxBodyLen = ConstU32<16_384>;
	type MaxDeadline = ConstU64<MAX_DEADLINE>;
	type SettlePeriod = SettlePeriod;
	type SuspensionGrace = ConstU64<GRACE>;
	type ReportPeriod = ConstU64<REPORT_PERIOD>;
	type TombstonePeriod = ConstU64<TOMBSTONE_PERIOD>;
	type BodyDeposit = BodyPrice;
	type BodyByteDeposit = ConstU128<BYTE_DEPOSIT>;
	type ContractDeposit = ContractPrice;
	type TombstoneDeposit = TombstoneShare;
}

/// Runs `test` on a new chain on which node 1 serves, and then holds its storage against the
/// invariants and against what its events alone say.
pub fn run(test: impl FnOnce()) {
	new_chain().execute_with(|| {
		test();
		assert_invariants();
		assert_events_say_it_all();
	});
}

pub fn new_chain() -> sp_io::TestExternalities {
	let storage = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: [OWNER, OTHER_OWNER, OPERATOR, STRANGER]
				.map(|who| (who, FUNDS))
				.into(),
			..Default::default()
		},
		..Default::default()
	}
	.build_storage()
	.unwrap();

	let mut chain = sp_io::TestExternalities::new(storage);
	chain.execute_with(|| {
		System::set_block_number(1);
		assert_eq!(serving(AGENT), 1);
	});
	chain
}

/// The invariants of both pallets, and that no money came or went.
pub fn assert_invariants() {
	assert_ok!(covenant_nodes::Pallet::<Test>::do_try_state());
	assert_ok!(Pallet::<Test>::do_try_state());

	let accounts = frame_system::Account::<Test>::iter_values();
	let owned: Balance = accounts
		.map(|account| account.data.free + account.data.reserved)
		.sum();
	assert_eq!(owned, 4 * FUNDS, "money is neither made nor lost");
	assert_eq!(Balances::total_issuance(), 4 * FUNDS);
}

fn assert_events_say_it_all() {
	let mut replay = Replay::<Test>::default();
	for record in System::events() {
		match record.event {
			RuntimeEvent::Nodes(event) => replay.apply_nodes(event),
			RuntimeEvent::Contracts(event) => replay.apply(event),
			_ => {}
		}
	}
	replay.assert_is_storage();
}

pub fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

/// This pallet's events, oldest first.
pub fn events() -> Vec<Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Contracts(event) => Some(event),
			_ => None,
		})
		.collect()
}

pub fn now() -> u64 {
	ChainSeconds::get()
}

/// Moves the clock while the agent of node 1 is there: it beats whenever it may.
pub fn pass(seconds: u64) {
	let until = now() + seconds;
	while now() < until {
		pass_unseen((until - now()).min(PERIOD));
		let _ = Nodes::heartbeat(signed(AGENT), 1);
	}
}

/// Moves the clock while nobody is there.
pub fn pass_unseen(seconds: u64) {
	ChainSeconds::set(&(now() + seconds));
}

/// Registers one more node that `agent` serves.
pub fn serving(agent: AccountId) -> NodeId {
	let id = covenant_nodes::NextNode::<Test>::get();
	assert_ok!(Nodes::register(
		signed(OPERATOR),
		agent,
		[7; 32],
		TOTAL,
		PRICES,
		Default::default(),
		Default::default(),
		Default::default(),
	));
	assert_ok!(Nodes::serve(signed(agent), id));
	id
}

/// Sets the prices of node 1.
pub fn reprice(prices: Prices) {
	assert_ok!(Nodes::update(
		signed(OPERATOR),
		1,
		TOTAL,
		prices,
		Default::default(),
		Default::default()
	));
}

/// Puts node 1 into another state.
pub fn set_node(state: NodeState) {
	assert_ok!(Nodes::set_state(signed(OPERATOR), 1, state));
}

pub fn node(id: NodeId) -> NodeOf<Test> {
	covenant_nodes::Pallet::<Test>::node(id).expect("the node exists")
}

/// The reading of node 1's live clock.
pub fn live() -> u64 {
	Nodes::live(&node(1))
}

pub fn hash_of(bytes: &[u8]) -> BodyHash {
	BlakeTwo256::hash(bytes)
}

pub fn note(who: AccountId, bytes: &[u8]) -> DispatchResult {
	Contracts::note_body(signed(who), bounded(bytes))
}

pub fn bounded(bytes: &[u8]) -> BoundedVec<u8, ConstU32<16_384>> {
	bytes.to_vec().try_into().expect("a body of 16 KiB at most")
}

/// An offer to node 1 of `ASKED` for `BODY`; tests change what they are about.
pub struct Offering {
	pub owner: AccountId,
	pub node: NodeId,
	pub body: BodyHash,
	pub resources: Resources,
	pub max_rate: Balance,
	pub escrow: Balance,
	pub deadline: u64,
}

impl Default for Offering {
	fn default() -> Self {
		Self {
			owner: OWNER,
			node: 1,
			body: hash_of(BODY),
			resources: ASKED,
			max_rate: RATE,
			escrow: ESCROW,
			deadline: now() + 3_600,
		}
	}
}

impl Offering {
	pub fn submit(self) -> DispatchResult {
		let Self {
			owner,
			node,
			body,
			resources,
			max_rate,
			escrow,
			deadline,
		} = self;
		Contracts::create(
			signed(owner),
			node,
			body,
			resources,
			max_rate,
			escrow,
			deadline,
		)
	}

	/// Notes `BODY` for the owner and makes the offer.
	pub fn made(self) -> ContractId {
		let id = NextContract::<Test>::get();
		assert_ok!(note(self.owner, BODY));
		assert_ok!(self.submit());
		id
	}

	/// Makes the offer, which the agent of node 1 accepts.
	pub fn accepted(self) -> ContractId {
		let body = self.body;
		let id = self.made();
		assert_ok!(Contracts::accept(signed(AGENT), id, 1, body, NETWORK_KEY));
		id
	}
}

pub fn offered() -> ContractId {
	Offering::default().made()
}

pub fn running() -> ContractId {
	Offering::default().accepted()
}

/// A contract that used its escrow up.
pub fn suspended() -> ContractId {
	let id = running();
	pass(SECONDS_PAID);
	assert_ok!(Contracts::settle(signed(STRANGER), id));
	assert_eq!(contract(id).state, ContractState::Suspended);
	id
}

/// Another body than `BODY`, and what an update to it asks for: more than half of the node.
pub const NEW_BODY: &[u8] = br#"{"services":{"web":{}}}"#;
pub const NEW_ASKED: Resources = Resources {
	cpu: 3_000,
	..ASKED
};
pub const NEW_RATE: Balance = 3_000 * 2 + 4_096 + 700;

/// An update of a contract of `OWNER` to `NEW_BODY`; tests change what they are about.
pub struct Updating {
	pub who: AccountId,
	/// The contract's latest version where none is named.
	pub base: Option<u32>,
	pub body: BodyHash,
	pub resources: Resources,
	pub max_rate: Balance,
	pub deadline: u64,
}

impl Default for Updating {
	fn default() -> Self {
		Self {
			who: OWNER,
			base: None,
			body: hash_of(NEW_BODY),
			resources: NEW_ASKED,
			max_rate: NEW_RATE,
			deadline: now() + 600,
		}
	}
}

impl Updating {
	pub fn submit(self, id: ContractId) -> DispatchResult {
		let Self {
			who,
			base,
			body,
			resources,
			max_rate,
			deadline,
		} = self;
		let latest = crate::Contracts::<Test>::get(id).map_or(1, |contract| contract.version);
		let base = base.unwrap_or(latest);
		Contracts::update(signed(who), id, base, body, resources, max_rate, deadline)
	}

	/// Notes `NEW_BODY` for the owner and offers it.
	pub fn made(self, id: ContractId) {
		assert_ok!(note(OWNER, NEW_BODY));
		assert_ok!(self.submit(id));
	}
}

/// A running contract with an update beside it.
pub fn updating() -> ContractId {
	let id = running();
	Updating::default().made(id);
	id
}

pub fn contract(id: ContractId) -> ContractOf<Test> {
	crate::Contracts::<Test>::get(id).expect("the contract is open")
}

pub fn tombstone(id: ContractId) -> TombstoneOf<Test> {
	Tombstones::<Test>::get(id).expect("the contract has ended")
}

/// The deposit for a contract with `BODY`.
pub fn contract_deposit() -> Balance {
	CONTRACT_DEPOSIT + byte_deposit(BODY)
}

/// The part of it that is for the body's bytes.
pub fn byte_deposit(body: &[u8]) -> Balance {
	body.len() as Balance * BYTE_DEPOSIT
}

/// The deposit for holding `BODY`.
pub fn body_deposit() -> Balance {
	BODY_DEPOSIT + BODY.len() as Balance * BYTE_DEPOSIT
}

pub fn free(who: AccountId) -> Balance {
	Balances::free_balance(who)
}

pub fn held(who: AccountId, reason: HoldReason) -> Balance {
	Balances::balance_on_hold(&reason.into(), &who)
}

pub fn is_feeless(who: AccountId, call: Call<Test>) -> bool {
	RuntimeCall::from(call).is_feeless(&signed(who))
}
