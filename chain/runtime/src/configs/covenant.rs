//! The pallets of our own: their deposits and periods, and what a group may call.

use crate::{Balance, Balances, Clock, Runtime, RuntimeCall, RuntimeHoldReason, COV, MILLICOV};
use covenant_groups::{Classify, GroupId, Kind};
use frame_support::traits::{ConstU128, ConstU32, ConstU64, ConstU8};

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;
/// Of a call or body that is kept.
const BYTE_DEPOSIT: Balance = COV / 100_000;

impl covenant_groups::Config for Runtime {
	type RuntimeCall = RuntimeCall;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Time = Clock;
	type Classify = GroupCalls;
	type GroupDeposit = ConstU128<COV>;
	type ProposalDeposit = ConstU128<{ 100 * MILLICOV }>;
	type ProposalByteDeposit = ConstU128<BYTE_DEPOSIT>;
	type MaxProposalLifetime = ConstU64<{ 30 * DAY }>;
	type MaxOpenProposals = ConstU8<4>;
}

impl covenant_nodes::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Time = Clock;
	type NodeDeposit = ConstU128<{ 10 * COV }>;
	type HeartbeatPeriod = ConstU64<{ 10 * MINUTE }>;
	type Window = ConstU64<{ 20 * MINUTE }>;
}

impl covenant_contracts::Config for Runtime {
	type MaxBodyLen = ConstU32<16_384>;
	type MaxDeadline = ConstU64<{ 7 * DAY }>;
	type SettlePeriod = ConstU64<DAY>;
	type SuspensionGrace = ConstU64<{ 14 * DAY }>;
	type ReportPeriod = ConstU64<{ 10 * MINUTE }>;
	type TombstonePeriod = ConstU64<{ 30 * DAY }>;
	type BodyDeposit = ConstU128<{ 10 * MILLICOV }>;
	type BodyByteDeposit = ConstU128<BYTE_DEPOSIT>;
	type ContractDeposit = ConstU128<{ 50 * MILLICOV }>;
	type TombstoneDeposit = ConstU128<{ 10 * MILLICOV }>;
}

/// The closed list of what a group may call. Whatever is not named here is refused: batches,
/// proxies, multisigs, sudo and every call that a pallet will add one day.
pub struct GroupCalls;
impl Classify<RuntimeCall> for GroupCalls {
	fn classify(group: GroupId, call: &RuntimeCall) -> Option<Kind> {
		use covenant_contracts::Call as Contracts;
		use covenant_groups::Call as Groups;
		use covenant_nodes::Call as Nodes;
		use pallet_balances::Call as Balances;
		match call {
			RuntimeCall::Contracts(
				Contracts::create { .. }
				| Contracts::update { .. }
				| Contracts::withdraw_update { .. },
			) => Some(Kind::Deploy),
			RuntimeCall::Contracts(Contracts::top_up { contract, .. }) => {
				Some(top_up(group, *contract))
			}
			RuntimeCall::Contracts(Contracts::cancel { .. }) => Some(Kind::Cancel),
			RuntimeCall::Balances(Balances::transfer_keep_alive { .. }) => Some(Kind::Spend),
			RuntimeCall::Groups(Groups::set_members { .. })
			| RuntimeCall::Nodes(
				Nodes::register { .. }
				| Nodes::update { .. }
				| Nodes::set_state { .. }
				| Nodes::rotate_agent { .. }
				| Nodes::remove { .. },
			) => Some(Kind::Govern),
			_ => None,
		}
	}
}

/// Money for a contract of the group's own is part of deploying it; for any other it is spent.
fn top_up(group: GroupId, contract: covenant_contracts::ContractId) -> Kind {
	let owner = covenant_contracts::Contracts::<Runtime>::get(contract).map(|open| open.owner);
	if owner == Some(covenant_groups::Pallet::<Runtime>::account_of(group)) {
		Kind::Deploy
	} else {
		Kind::Spend
	}
}
