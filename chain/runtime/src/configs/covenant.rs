//! The pallets of our own: their deposits and periods.

use super::{system::DbWeight, GroupCalls};
use crate::{Balance, Balances, Clock, Runtime, RuntimeCall, RuntimeHoldReason, COV, MILLICOV};
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
	type WeightInfo = covenant_groups::weights::Measured<DbWeight>;
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
	type WeightInfo = covenant_nodes::weights::Measured<DbWeight>;
	type NodeDeposit = ConstU128<{ 10 * COV }>;
	type HeartbeatPeriod = ConstU64<{ 10 * MINUTE }>;
	type Window = ConstU64<{ 20 * MINUTE }>;
}

impl covenant_contracts::Config for Runtime {
	type WeightInfo = covenant_contracts::weights::Measured<DbWeight>;
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
