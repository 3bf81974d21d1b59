//! A runtime of balances and groups, with a clock that tests move.

use crate::{self as covenant_groups, tests::replay::Replay, *};
use core::time::Duration;
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	traits::{fungible::InspectHold, ConstU128, ConstU64, Hooks, OnTimestampSet, UnixTime},
	weights::Weight,
};
use sp_runtime::{
	traits::{Dispatchable, IdentityLookup},
	AccountId32, BuildStorage, DispatchResult,
};
use sp_version::RuntimeVersion;

pub type AccountId = AccountId32;

pub const ALICE: AccountId = AccountId32::new([1; 32]);
pub const BOB: AccountId = AccountId32::new([2; 32]);
pub const CAROL: AccountId = AccountId32::new([3; 32]);
pub const STRANGER: AccountId = AccountId32::new([9; 32]);

pub const EXISTENTIAL_DEPOSIT: Balance = 10;
pub const GROUP_DEPOSIT: Balance = 1_000;
pub const PROPOSAL_DEPOSIT: Balance = 100;
pub const FUNDS: Balance = 1_000_000;
pub const LIFETIME: u64 = 2_592_000;
/// The clock's time when a test begins, and the expiry that tests propose unless they are about it.
pub const START: u64 = 1_000_000;
pub const EXPIRES: u64 = START + 3_600;

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
	pub type Groups = covenant_groups;
}

parameter_types! {
	pub storage ChainSeconds: u64 = START;
	pub storage TransactionVersion: u32 = 1;
	/// Another runtime may have another.
	pub static MaxOpenProposals: u8 = 4;
	/// What a remark is for a group; `None` refuses it.
	pub storage RemarkKind: Option<Kind> = Some(Kind::Deploy);
	pub Version: RuntimeVersion = RuntimeVersion {
		transaction_version: TransactionVersion::get(),
		..Default::default()
	};
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<Balance>;
	type Version = Version;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
	type AccountStore = System;
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

pub struct TestCalls;
impl Classify<RuntimeCall> for TestCalls {
	fn classify(group: GroupId, call: &RuntimeCall) -> Option<(Kind, Caller)> {
		let kind = match call {
			RuntimeCall::System(frame_system::Call::remark { .. }) => RemarkKind::get()?,
			RuntimeCall::System(frame_system::Call::remark_with_event { .. }) => Kind::Cancel,
			RuntimeCall::System(frame_system::Call::set_heap_pages { .. })
				if group == ADMINISTRATION =>
			{
				return Some((Kind::Govern, Caller::Root))
			}
			RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive { .. }) => Kind::Spend,
			RuntimeCall::Groups(Call::set_members { .. } | Call::dissolve { .. }) => Kind::Govern,
			RuntimeCall::Groups(
				Call::propose { group, call, .. } | Call::approve { group, call, .. },
			) => Self::classify(*group, call)?.0,
			RuntimeCall::Groups(
				Call::reject { .. } | Call::withdraw { .. } | Call::clear { .. },
			) => Kind::Deploy,
			_ => return None,
		};
		Some((kind, Caller::Group))
	}

	fn weight(_call: &RuntimeCall) -> Weight {
		CLASSIFYING
	}

	fn longest_call() -> RuntimeCall {
		// Which call it is, and how long it is.
		let remark = vec![0; MAX_CALL_LEN as usize - 4];
		frame_system::Call::remark { remark }.into()
	}
}

/// What this classification costs, so that a test can see it charged.
pub const CLASSIFYING: Weight = Weight::from_parts(1_234, 0);

impl Config for Test {
	type RuntimeCall = RuntimeCall;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Time = Clock;
	type Classify = TestCalls;
	type WeightInfo = weights::Measured<()>;
	type GroupDeposit = ConstU128<GROUP_DEPOSIT>;
	type ProposalDeposit = ConstU128<PROPOSAL_DEPOSIT>;
	type ProposalByteDeposit = ConstU128<1>;
	type MaxProposalLifetime = ConstU64<LIFETIME>;
	type MaxOpenProposals = MaxOpenProposals;
}

/// Runs `test` on a new chain, and then holds its storage against the invariants and against what
/// its events alone say.
pub fn run(test: impl FnOnce()) {
	run_with(None, test);
}

/// As [`run`], with a genesis that names the administration, and its first block begun.
pub fn run_with(administration: Option<Administration<AccountId>>, test: impl FnOnce()) {
	new_chain(administration).execute_with(|| {
		System::set_block_number(1);
		Groups::on_initialize(1);
		let issued = Balances::total_issuance();
		test();
		assert_ok!(Pallet::<Test>::do_try_state());
		assert_eq!(Balances::total_issuance(), issued);
		let mut replay = Replay::default();
		events().into_iter().for_each(|event| replay.apply(event));
		replay.assert_is_storage();
	});
}

pub fn new_chain(administration: Option<Administration<AccountId>>) -> sp_io::TestExternalities {
	RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: [ALICE, BOB, CAROL, STRANGER]
				.map(|who| (who, FUNDS))
				.to_vec(),
			..Default::default()
		},
		groups: GenesisConfig { administration },
		..Default::default()
	}
	.build_storage()
	.unwrap()
	.into()
}

/// Dispatches as an extrinsic does: what fails changes nothing.
pub fn send(who: AccountId, call: Call<Test>) -> DispatchResult {
	RuntimeCall::from(call)
		.dispatch(RuntimeOrigin::signed(who))
		.map(|_| ())
		.map_err(|failed| failed.error)
}

/// This pallet's events, oldest first.
pub fn events() -> Vec<Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Groups(event) => Some(event),
			_ => None,
		})
		.collect()
}

pub fn pass(seconds: u64) {
	ChainSeconds::set(&(ChainSeconds::get() + seconds));
}

pub fn name(text: &str) -> Name {
	text.as_bytes().to_vec().try_into().expect("short enough")
}

pub fn members(list: &[(AccountId, u16, u8)]) -> Members<AccountId> {
	let list: Vec<_> = list
		.iter()
		.cloned()
		.map(|(account, weight, permissions)| Member {
			account,
			weight,
			permissions: Permissions(permissions),
		})
		.collect();
	list.try_into().expect("few enough")
}

/// May propose and approve.
pub const BOTH: u8 = 3;

pub const THRESHOLDS: Thresholds = Thresholds {
	deploy: 51,
	cancel: 50,
	spend: 80,
	govern: 100,
};

/// A group to be; tests change what they are about.
pub struct Founding {
	pub creator: AccountId,
	pub name: Name,
	pub members: Members<AccountId>,
	pub thresholds: Thresholds,
	pub first: Option<(RuntimeCall, u64)>,
}

impl Default for Founding {
	fn default() -> Self {
		Self {
			creator: ALICE,
			name: name("shop"),
			members: members(&[(ALICE, 50, BOTH), (BOB, 30, BOTH), (CAROL, 20, BOTH)]),
			thresholds: THRESHOLDS,
			first: None,
		}
	}
}

impl Founding {
	pub fn call(self) -> Call<Test> {
		Call::create_group {
			name: self.name,
			members: self.members,
			thresholds: self.thresholds,
			first: self.first.map(|(call, expires)| (Box::new(call), expires)),
		}
	}

	pub fn send(self) -> DispatchResult {
		send(self.creator.clone(), self.call())
	}

	/// The group's id.
	pub fn done(self) -> GroupId {
		let id = NextGroup::<Test>::get();
		assert_ok!(self.send());
		id
	}
}

/// Alice (50), Bob (30) and Carol (20), who all may propose and approve.
pub fn shop() -> GroupId {
	Founding::default().done()
}

/// Alice decides alone, and Bob may propose.
pub fn lone() -> GroupId {
	Founding {
		members: members(&[(ALICE, 100, BOTH), (BOB, 1, Permissions::PROPOSE.0)]),
		..Default::default()
	}
	.done()
}

/// A deploy, needing 51 in the shop.
pub fn deploy() -> RuntimeCall {
	frame_system::Call::remark {
		remark: b"run it".to_vec(),
	}
	.into()
}

/// A cancel, needing 50 in the shop; it tells who made it.
pub fn cancel() -> RuntimeCall {
	frame_system::Call::remark_with_event {
		remark: b"stop it".to_vec(),
	}
	.into()
}

/// A spend, needing 80 in the shop.
pub fn pay(dest: AccountId, value: Balance) -> RuntimeCall {
	pallet_balances::Call::transfer_keep_alive { dest, value }.into()
}

/// A govern, needing 100 in the shop.
pub fn set_members(members: Members<AccountId>, thresholds: Thresholds) -> RuntimeCall {
	Call::set_members {
		members,
		thresholds,
	}
	.into()
}

pub fn propose_until(
	who: AccountId,
	group: GroupId,
	call: RuntimeCall,
	expires: u64,
) -> DispatchResult {
	send(
		who,
		Call::propose {
			group,
			call: Box::new(call),
			expires,
		},
	)
}

pub fn propose(who: AccountId, group: GroupId, call: RuntimeCall) -> DispatchResult {
	propose_until(who, group, call, EXPIRES)
}

/// The new proposal's id.
pub fn proposed(who: AccountId, group: GroupId, call: RuntimeCall) -> ProposalId {
	let id = crate::Groups::<Test>::get(group)
		.expect("a group")
		.next_proposal;
	assert_ok!(propose(who, group, call));
	id
}

pub fn approve(
	who: AccountId,
	group: GroupId,
	proposal: ProposalId,
	call: RuntimeCall,
) -> DispatchResult {
	send(
		who,
		Call::approve {
			group,
			proposal,
			call: Box::new(call),
		},
	)
}

pub fn reject(who: AccountId, group: GroupId, proposal: ProposalId) -> DispatchResult {
	send(who, Call::reject { group, proposal })
}

pub fn withdraw(who: AccountId, group: GroupId, proposal: ProposalId) -> DispatchResult {
	send(who, Call::withdraw { group, proposal })
}

pub fn clear(who: AccountId, group: GroupId, proposal: ProposalId) -> DispatchResult {
	send(who, Call::clear { group, proposal })
}

/// A govern, needing 100 in the shop.
pub fn dissolve(beneficiary: AccountId) -> RuntimeCall {
	Call::dissolve { beneficiary }.into()
}

pub fn account(group: GroupId) -> AccountId {
	Pallet::<Test>::account_of(group)
}

pub fn held(reason: HoldReason, who: &AccountId) -> Balance {
	Balances::balance_on_hold(&reason.into(), who)
}

/// Who made the remarks that tell it, oldest first.
pub fn remarks_by() -> Vec<AccountId> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::System(frame_system::Event::Remarked { sender, .. }) => Some(sender),
			_ => None,
		})
		.collect()
}

/// How the proposal ended, by its event.
pub fn outcome(group: GroupId, proposal: ProposalId) -> Option<Outcome> {
	events().into_iter().find_map(|event| match event {
		Event::ProposalClosed {
			group: g,
			proposal: p,
			outcome,
		} if (g, p) == (group, proposal) => Some(outcome),
		_ => None,
	})
}
