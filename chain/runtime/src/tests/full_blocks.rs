//! No block, full of whatever call, is more than a block may be.

use super::{chain::*, largest};
use crate::{Runtime, RuntimeCall, System, TxExtension};
use codec::Encode;
use frame_support::dispatch::{DispatchClass, DispatchInfo, GetDispatchInfo};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_keyring::Sr25519Keyring::Alice;
use sp_runtime::{
	traits::{DispatchTransaction, TransactionExtension},
	transaction_validity::InvalidTransaction,
};

fn weights() -> BlockWeights {
	<Runtime as frame_system::Config>::BlockWeights::get()
}

fn lengths() -> BlockLength {
	<Runtime as frame_system::Config>::BlockLength::get()
}

/// What a transaction of Alice with `call` weighs.
fn info_of(call: &RuntimeCall) -> DispatchInfo {
	let extension: TxExtension = extension(&Alice.to_account_id(), 0, 0);
	DispatchInfo {
		extension_weight: extension.weight(call),
		..call.get_dispatch_info()
	}
}

/// Puts `call` into this block, signed by Alice, until there is no room; answers how often. Whether
/// it succeeds changes nothing of its weight.
fn fill(call: &RuntimeCall) -> usize {
	let alice = Alice.to_account_id();
	let info = info_of(call);
	let length = signed(Alice, call.clone()).encoded_size();
	let mut count = 0;
	loop {
		// As an extrinsic is applied once its signature is checked.
		let applied = extension(&alice, 0, 0).dispatch_transaction(
			Some(alice.clone()).into(),
			call.clone(),
			&info,
			length,
			0,
		);
		match applied {
			Ok(_) => count += 1,
			Err(refused) => {
				assert_eq!(refused, InvalidTransaction::ExhaustsResources.into());
				return count;
			}
		}
	}
}

/// The calls of `largest`, which may look at the state.
fn all_calls() -> Vec<RuntimeCall> {
	let mut calls = Vec::new();
	run(|| calls = largest::calls(&largest::heaviest_to_carry()));
	calls
}

#[test]
fn a_block_full_of_any_call_stays_within_its_limits() {
	for call in all_calls() {
		run(|| assert_full_block_is_within_limits(&call));
	}
}

fn assert_full_block_is_within_limits(call: &RuntimeCall) {
	let name = largest::name_of(call);
	let count = fill(call);
	assert!(count > 0, "{name:?} does not fit into a block");
	let limit = weights().get(DispatchClass::Normal).max_total.unwrap();
	let used = *System::block_weight().get(DispatchClass::Normal);
	assert!(used.all_lte(limit), "{name:?}: {used} of {limit}");
	let all = System::block_weight().total();
	assert!(all.all_lte(weights().max_block), "{name:?}: {all}");
	let length = System::block_size();
	let longest = *lengths().max.get(DispatchClass::Normal);
	assert!(length <= longest, "{name:?}: {length} bytes of {longest}");
	// It was full: one of the two left no room for another.
	let base = weights().get(DispatchClass::Normal).base_extrinsic;
	let another = info_of(call).total_weight().saturating_add(base);
	let bytes = signed(Alice, call.clone()).encoded_size() as u32;
	assert!(
		!used.saturating_add(another).all_lt(limit) || length + bytes > longest,
		"{name:?}: {count} are not all"
	);
}

/// Nothing that could be proposed is too heavy to be decided.
#[test]
fn a_decided_approval_of_the_heaviest_call_fits_into_a_block() {
	run(|| {
		let max = weights().get(DispatchClass::Normal).max_extrinsic.unwrap();
		let mut call = largest::heaviest_to_carry();
		for depth in 0..=covenant_groups::MAX_VOTE_DEPTH {
			call = approve(1, 0, call).into();
			let weight = info_of(&call).total_weight();
			assert!(
				weight.all_lte(max),
				"{weight} of {max}, with {depth} votes around it"
			);
		}
	});
}
