//! A chain for tests: makes blocks as a validator would, and keeps its own books of the fees.

use crate::{
	Address, Aura, Balance, Balances, Clock, Contracts, Executive, Groups, Header, Nodes, Runtime,
	RuntimeCall, RuntimeEvent, RuntimeGenesisConfig, Signature, System, TxExtension,
	UncheckedExtrinsic,
};
use codec::Encode;
use covenant_groups::{Member, Permissions, Thresholds};
use frame_support::{
	assert_ok,
	traits::{fungible::Inspect, UnixTime},
};
use serde_json::Value;
use sp_consensus_aura::AURA_ENGINE_ID;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
	generic::{Digest, DigestItem, Era, SignedPayload},
	transaction_validity::TransactionValidityError,
	DispatchResult, MultiAddress,
};

/// The timestamp of the first block.
pub const FIRST_MS: u64 = 1_767_225_600_000;

/// Runs `test` on a new chain of the preset `id`, from its first block on, and then holds its
/// state against every pallet's invariants and its money against what it began with.
pub fn on_preset(id: &str, test: impl FnOnce()) {
	let mut state = sp_io::TestExternalities::default();
	state.execute_with(|| {
		build_genesis(id);
		let issued = Balances::total_issuance();
		begin_block(FIRST_MS);
		test();
		assert_ok!(Groups::do_try_state());
		assert_ok!(Nodes::do_try_state());
		assert_ok!(Contracts::do_try_state());
		assert_ok!(crate::Validators::do_try_state());
		assert_eq!(
			Balances::total_issuance() + fees_paid(),
			issued,
			"only fees are burned"
		);
		assert_eq!(
			frame_system::Account::<Runtime>::iter_keys()
				.map(|account| Balances::total_balance(&account))
				.sum::<Balance>(),
			Balances::total_issuance(),
			"what there is belongs to somebody"
		);
	});
}

/// As [`on_preset`], with `development`.
pub fn run(test: impl FnOnce()) {
	on_preset("development", test);
}

/// Builds the preset's genesis as a node does: the patch merged into the default.
pub fn build_genesis(id: &str) {
	let patch = crate::presets::get(&id.into()).expect("a preset");
	let patch: Value = serde_json::from_slice(&patch).unwrap();
	let mut genesis = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
	merge(&mut genesis, patch);
	let json = serde_json::to_vec(&genesis).unwrap();
	assert_ok!(frame_support::genesis_builder_helper::build_state::<
		RuntimeGenesisConfig,
	>(json));
}

fn merge(into: &mut Value, patch: Value) {
	match (into, patch) {
		(Value::Object(into), Value::Object(patch)) => {
			for (key, value) in patch {
				merge(into.entry(key).or_insert(Value::Null), value);
			}
		}
		(into, patch) => *into = patch,
	}
}

fn begin_block(timestamp_ms: u64) {
	let number = System::block_number() + 1;
	let slot = timestamp_ms / Aura::slot_duration();
	let digest = Digest {
		logs: vec![DigestItem::PreRuntime(AURA_ENGINE_ID, slot.encode())],
	};
	let parent = System::parent_hash();
	Executive::initialize_block(&Header {
		parent_hash: parent,
		number,
		state_root: Default::default(),
		extrinsics_root: Default::default(),
		digest,
	});
	let inherent = RuntimeCall::Timestamp(pallet_timestamp::Call::set { now: timestamp_ms });
	Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(inherent))
		.unwrap()
		.unwrap();
}

/// Makes blocks, a minute or less apart, until `seconds` have passed.
pub fn pass(seconds: u64) {
	let mut left = seconds;
	while left > 0 {
		let step = left.min(60);
		next_block(step * 1_000);
		left -= step;
	}
}

/// Ends this block, and begins the next one `later_ms` after it.
pub fn next_block(later_ms: u64) {
	let timestamp_ms = pallet_timestamp::Now::<Runtime>::get() + later_ms;
	BURNED.with_borrow_mut(|burned| *burned += fees_in_block());
	Executive::finalize_block();
	begin_block(timestamp_ms);
}

pub fn now() -> u64 {
	Clock::now().as_secs()
}

thread_local! {
	/// The fees of the blocks before this one; a test is a thread.
	static BURNED: std::cell::RefCell<Balance> = const { std::cell::RefCell::new(0) };
}

/// All fees since the genesis.
pub fn fees_paid() -> Balance {
	BURNED.with_borrow(|burned| *burned) + fees_in_block()
}

fn fees_in_block() -> Balance {
	events()
		.into_iter()
		.map(|event| match event {
			RuntimeEvent::TransactionPayment(
				pallet_transaction_payment::Event::TransactionFeePaid { actual_fee, .. },
			) => actual_fee,
			_ => 0,
		})
		.sum()
}

/// This block's events, oldest first.
pub fn events() -> Vec<RuntimeEvent> {
	System::events()
		.into_iter()
		.map(|record| record.event)
		.collect()
}

/// Whether the transaction got into the block, and then whether its call succeeded.
pub type Applied = Result<DispatchResult, TransactionValidityError>;

/// Signs `call` as wallets do and puts it into this block.
pub fn apply(who: Sr25519Keyring, call: impl Into<RuntimeCall>) -> Applied {
	Executive::apply_extrinsic(signed(who, call))
}

/// Puts `call` into this block; it must succeed.
pub fn submit(who: Sr25519Keyring, call: impl Into<RuntimeCall>) {
	assert_eq!(apply(who, call), Ok(Ok(())));
}

pub fn signed(who: Sr25519Keyring, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
	signed_ahead(who, call, 0, 0)
}

/// Signs `call` with a nonce that is `ahead` of the next, and a tip.
pub fn signed_ahead(
	who: Sr25519Keyring,
	call: impl Into<RuntimeCall>,
	ahead: u32,
	tip: Balance,
) -> UncheckedExtrinsic {
	let extension = extension(&who.to_account_id(), ahead, tip);
	let payload = SignedPayload::new(call.into(), extension).expect("a wallet's payload");
	let signature = Signature::from(payload.using_encoded(|bytes| who.sign(bytes)));
	let (call, extension, _) = payload.deconstruct();
	UncheckedExtrinsic::new_signed(call, address(who), signature, extension)
}

/// What `who` signs beside a call.
pub fn extension(who: &crate::AccountId, ahead: u32, tip: Balance) -> TxExtension {
	let nonce = System::account_nonce(who) + ahead.into();
	let tip = pallet_transaction_payment::ChargeTransactionPayment::from(tip);
	(
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(Era::Immortal),
		frame_system::CheckNonce::from(nonce),
		frame_system::CheckWeight::new(),
		crate::agent_fee::FreeForAgents(tip),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
		frame_system::WeightReclaim::new(),
	)
}

pub fn address(who: Sr25519Keyring) -> Address {
	MultiAddress::Id(who.to_account_id())
}

pub fn free(who: &crate::AccountId) -> Balance {
	Balances::free_balance(who)
}

/// Alice (50), Bob (30) and Charlie (20), who all may propose and approve.
pub fn create_shop() -> covenant_groups::Call<Runtime> {
	let members: Vec<_> = [
		(Sr25519Keyring::Alice, 50),
		(Sr25519Keyring::Bob, 30),
		(Sr25519Keyring::Charlie, 20),
	]
	.into_iter()
	.map(|(who, weight)| Member {
		account: who.to_account_id(),
		weight,
		permissions: Permissions(Permissions::PROPOSE.0 | Permissions::APPROVE.0),
	})
	.collect();
	covenant_groups::Call::create_group {
		name: b"shop".to_vec().try_into().unwrap(),
		members: members.try_into().unwrap(),
		thresholds: Thresholds {
			deploy: 51,
			cancel: 50,
			spend: 80,
			govern: 80,
		},
		first: None,
	}
}

pub fn propose(group: u32, call: RuntimeCall) -> covenant_groups::Call<Runtime> {
	covenant_groups::Call::propose {
		group,
		call: Box::new(call),
		expires: now() + 3_600,
	}
}

pub fn approve(group: u32, proposal: u32, call: RuntimeCall) -> covenant_groups::Call<Runtime> {
	covenant_groups::Call::approve {
		group,
		proposal,
		call: Box::new(call),
	}
}

pub fn pay(who: &crate::AccountId, value: Balance) -> RuntimeCall {
	pallet_balances::Call::transfer_keep_alive {
		dest: MultiAddress::Id(who.clone()),
		value,
	}
	.into()
}
