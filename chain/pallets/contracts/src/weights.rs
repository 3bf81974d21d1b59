//! What each call costs at most: storage accesses, counted by hand, a generous share of computing
//! for decoding, checking and the event, and the bytes of the body that is read and written with
//! its counts.

use crate::Config;
use frame_support::{traits::Get, weights::Weight};

/// 50 µs of reference time; this chain makes no proofs of its state.
const COMPUTE: Weight = Weight::from_parts(50_000_000, 0);
/// 20 ns to hash, copy, read or write a byte of a body.
const BODY_BYTE: Weight = Weight::from_parts(20_000, 0);
/// Looking the owner's account up and changing what is held on it.
const HOLD: (u64, u64) = (2, 2);
/// Paying the operator out of the hold: one account and its holds more.
const PAYOUT: (u64, u64) = (2, 2);

/// The whole body is in the call, and in the event again.
pub fn note_body<T: Config>(len: u32) -> Weight {
	COMPUTE
		.saturating_add(BODY_BYTE.saturating_mul(len.into()).saturating_mul(2))
		.saturating_add(accesses::<T>(&[HOLD, (2, 2)]))
}

pub fn drop_body<T: Config>() -> Weight {
	COMPUTE
		.saturating_add(longest_body::<T>())
		.saturating_add(accesses::<T>(&[HOLD, (2, 2)]))
}

/// NextContract, Contracts, Nodes, Bodies and the clock; two holds.
pub fn create<T: Config>() -> Weight {
	COMPUTE
		.saturating_mul(2)
		.saturating_add(longest_body::<T>())
		.saturating_add(accesses::<T>(&[HOLD, HOLD, (5, 4)]))
}

/// Contracts, Nodes and the clock; the check runs twice, before and in the call. Of an update, a
/// settlement, and the body and deposit of what ran before as well.
pub fn accept<T: Config>() -> Weight {
	settle::<T>()
		.saturating_add(longest_body::<T>())
		.saturating_add(accesses::<T>(&[HOLD, (2, 2)]))
}

/// A close, or the drop of an update; the check runs twice, before and in the call.
pub fn decline<T: Config>() -> Weight {
	settle::<T>().saturating_add(close::<T>())
}

pub fn cancel<T: Config>() -> Weight {
	settle::<T>().saturating_add(close::<T>())
}

/// Contracts, Nodes and the clock, and a payout; the check may run before the call too.
pub fn settle<T: Config>() -> Weight {
	COMPUTE
		.saturating_mul(2)
		.saturating_add(accesses::<T>(&[HOLD, PAYOUT, (3, 1)]))
}

/// A settlement; two bodies and two holds for their bytes.
pub fn update<T: Config>() -> Weight {
	settle::<T>()
		.saturating_add(COMPUTE)
		.saturating_add(longest_body::<T>().saturating_mul(2))
		.saturating_add(accesses::<T>(&[HOLD, HOLD, (2, 2)]))
}

/// A settlement; a body and the hold for its bytes.
pub fn withdraw_update<T: Config>() -> Weight {
	settle::<T>()
		.saturating_add(longest_body::<T>())
		.saturating_add(accesses::<T>(&[HOLD, (1, 1)]))
}

/// A settlement and a close; the check runs twice, before and in the call.
pub fn terminate<T: Config>() -> Weight {
	COMPUTE
		.saturating_add(settle::<T>())
		.saturating_add(close::<T>())
}

/// Contracts, Nodes and the clock; the check runs twice, before and in the call.
pub fn report<T: Config>() -> Weight {
	COMPUTE
		.saturating_mul(2)
		.saturating_add(accesses::<T>(&[(3, 1)]))
}

/// A settlement, and a payment into the owner's hold.
pub fn top_up<T: Config>() -> Weight {
	settle::<T>().saturating_add(accesses::<T>(&[HOLD, PAYOUT]))
}

/// A close, or the drop of an update beside what runs.
pub fn expire<T: Config>() -> Weight {
	settle::<T>().saturating_add(close::<T>())
}

pub fn close_for_anyone<T: Config>() -> Weight {
	settle::<T>().saturating_add(close::<T>())
}

/// Tombstones, and the owner's account and holds.
pub fn prune<T: Config>() -> Weight {
	COMPUTE.saturating_add(accesses::<T>(&[HOLD, (2, 1)]))
}

/// Contracts, Tombstones, Nodes, two Bodies and the clock; three holds.
fn close<T: Config>() -> Weight {
	COMPUTE
		.saturating_mul(2)
		.saturating_add(longest_body::<T>().saturating_mul(2))
		.saturating_add(accesses::<T>(&[HOLD, HOLD, HOLD, (6, 5)]))
}

/// Reading the longest body and writing it back.
fn longest_body<T: Config>() -> Weight {
	BODY_BYTE
		.saturating_mul(T::MaxBodyLen::get().into())
		.saturating_mul(2)
}

fn accesses<T: Config>(parts: &[(u64, u64)]) -> Weight {
	parts.iter().fold(Weight::zero(), |sum, (reads, writes)| {
		sum.saturating_add(T::DbWeight::get().reads_writes(*reads, *writes))
	})
}
