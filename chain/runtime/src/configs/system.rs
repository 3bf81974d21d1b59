//! Blocks and time.

use crate::{
	AccountId, Aura, Block, Clock, Nonce, PalletInfo, Runtime, RuntimeCall, RuntimeEvent,
	RuntimeOrigin, RuntimeTask, VERSION,
};
use frame_support::{
	derive_impl,
	dispatch::DispatchClass,
	parameter_types,
	traits::{ConstU16, ConstU32, ConstU64},
	weights::{
		constants::{RocksDbWeight, WEIGHT_REF_TIME_PER_SECOND},
		Weight,
	},
};
use frame_system::limits;
use sp_runtime::Perbill;
use sp_version::RuntimeVersion;

/// 25 µs for a read and 100 µs for a write, as measured for Substrate with a database of its usual size.
pub type DbWeight = RocksDbWeight;

const NORMAL_SHARE: Perbill = Perbill::from_percent(75);

parameter_types! {
	pub const Version: RuntimeVersion = VERSION;
	/// A third of a six second slot.
	pub BlockWeights: limits::BlockWeights = limits::BlockWeights::with_sensible_defaults(
		Weight::from_parts(2 * WEIGHT_REF_TIME_PER_SECOND, u64::MAX),
		NORMAL_SHARE,
	);
	pub BlockLength: limits::BlockLength = limits::BlockLength::builder()
		.max_length(5 * 1024 * 1024)
		.modify_max_length_for_class(DispatchClass::Normal, |length| *length = NORMAL_SHARE * *length)
		.build();
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type Block = Block;
	type BlockWeights = BlockWeights;
	type BlockLength = BlockLength;
	type BlockHashCount = ConstU32<4096>;
	type AccountId = AccountId;
	type Nonce = Nonce;
	type DbWeight = DbWeight;
	type Version = Version;
	type AccountData = pallet_balances::AccountData<crate::Balance>;
	type SS58Prefix = ConstU16<42>;
	type SingleBlockMigrations = crate::migrations::Migrations;
}

impl pallet_timestamp::Config for Runtime {
	type Moment = u64;
	type OnTimestampSet = (Aura, Clock);
	type MinimumPeriod = covenant_clock::MinimumPeriod<Runtime>;
	type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl covenant_clock::Config for Runtime {
	type WeightInfo = covenant_clock::weights::Measured<DbWeight>;
	type MaxStepMs = ConstU64<60_000>;
	// The embedded chain's: chopsticks asks for it without any storage. A genesis for validators
	// writes its own.
	type DefaultSlotDurationMs = ConstU64<100>;
}
