//! Who makes blocks and who finalises them: the keys that pallet-session knows of.

use super::system::DbWeight;
use crate::{
	AccountId, AuraId, Balances, Runtime, RuntimeEvent, Session, SessionKeys, Validators, COV,
};
use frame_support::traits::{ConstBool, ConstU128, ConstU32, ConstU64};
use sp_runtime::traits::{ConvertInto, OpaqueKeys};

/// An hour of six second slots.
const SESSION_BLOCKS: u32 = 600;
const MAX_VALIDATORS: u32 = 32;

impl pallet_aura::Config for Runtime {
	type AuthorityId = AuraId;
	type DisabledValidators = Session;
	type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
	type AllowMultipleBlocksPerSlot = ConstBool<false>;
	type SlotDuration = covenant_clock::SlotDuration<Runtime>;
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
	type MaxNominators = ConstU32<0>;
	type MaxSetIdSessionEntries = ConstU64<0>;
	type KeyOwnerProof = sp_core::Void;
	type EquivocationReportSystem = ();
}

type Sessions = pallet_session::PeriodicSessions<ConstU32<SESSION_BLOCKS>, ConstU32<0>>;

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = Sessions;
	type NextSessionRotation = Sessions;
	type SessionManager = Validators;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type Keys = SessionKeys;
	type DisablingStrategy = ();
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type KeyDeposit = ConstU128<COV>;
}

impl covenant_validators::Config for Runtime {
	type WeightInfo = covenant_validators::weights::Measured<DbWeight>;
	type MaxValidators = ConstU32<MAX_VALIDATORS>;
}
