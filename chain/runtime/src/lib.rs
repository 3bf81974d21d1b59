//! The runtime of a Covenant chain. It builds as `rlib` on the host and as `cdylib` for
//! wasm32v1-none: see `scripts/build-runtime`.
#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "256"]

extern crate alloc;

mod agent_fee;
mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
mod configs;
mod migrations;
mod presets;
mod rehearsal;
#[cfg(test)]
mod tests;
mod weights;

#[cfg(feature = "std")]
pub use apis::RuntimeApi;
pub use configs::{GroupCalls, ProxyType};

use alloc::{borrow::Cow, vec::Vec};
use frame_support::traits::Get;
use sp_runtime::{
	generic,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
	type_with_default::TypeWithDefault,
	MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

pub use frame_support::weights::Weight;
pub use sp_consensus_aura::sr25519::AuthorityId as AuraId;
pub use sp_consensus_grandpa::AuthorityId as GrandpaId;

pub type Signature = MultiSignature;
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
pub type Balance = u128;
pub type BlockNumber = u32;
pub type Hash = sp_core::H256;
pub type Address = MultiAddress<AccountId, ()>;
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// An account's first nonce is the number of the block that first saw it, so that an account that
/// was reaped and comes back replays none of its old transactions.
pub type Nonce = TypeWithDefault<u32, FirstNonce>;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FirstNonce;
impl Get<u32> for FirstNonce {
	fn get() -> u32 {
		System::block_number()
	}
}

/// Clients learn the order from the metadata, where `FreeForAgents` does not show.
pub type TxExtension = (
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckEra<Runtime>,
	frame_system::CheckNonce<Runtime>,
	frame_system::CheckWeight<Runtime>,
	agent_fee::FreeForAgents<pallet_transaction_payment::ChargeTransactionPayment<Runtime>>,
	frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
	frame_system::WeightReclaim<Runtime>,
);
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

sp_runtime::impl_opaque_keys! {
	/// What a validator signs blocks and finality with.
	pub struct SessionKeys {
		pub aura: Aura,
		pub grandpa: Grandpa,
	}
}

#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: Cow::Borrowed("covenant"),
	impl_name: Cow::Borrowed("covenant"),
	authoring_version: 1,
	spec_version: 3,
	impl_version: 1,
	apis: apis::RUNTIME_API_VERSIONS,
	transaction_version: 3,
	system_version: 1,
};

/// One COV in its smallest unit.
pub const COV: Balance = 1_000_000_000_000_000_000;
/// One thousandth of a COV.
pub const MILLICOV: Balance = COV / 1_000;

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
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type Clock = covenant_clock;
	#[runtime::pallet_index(3)]
	pub type Aura = pallet_aura;
	// Before Session, whose genesis takes a reference on accounts that must be endowed by then.
	#[runtime::pallet_index(4)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(5)]
	pub type Grandpa = pallet_grandpa;
	#[runtime::pallet_index(6)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(7)]
	pub type TransactionPayment = pallet_transaction_payment;
	// 8 was pallet-skip-feeless-payment's.
	#[runtime::pallet_index(9)]
	pub type Utility = pallet_utility;
	#[runtime::pallet_index(10)]
	pub type Multisig = pallet_multisig;
	#[runtime::pallet_index(11)]
	pub type Proxy = pallet_proxy;
	#[runtime::pallet_index(12)]
	pub type Sudo = pallet_sudo;

	#[runtime::pallet_index(20)]
	pub type Groups = covenant_groups;
	#[runtime::pallet_index(21)]
	pub type Nodes = covenant_nodes;
	#[runtime::pallet_index(22)]
	pub type Contracts = covenant_contracts;
	#[runtime::pallet_index(23)]
	pub type Validators = covenant_validators;
}
