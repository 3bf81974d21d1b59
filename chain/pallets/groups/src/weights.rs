//! What each call costs at most without the call that it carries: storage accesses, counted by
//! hand, and a generous share of computing for decoding, comparing, tallying and the events.

use crate::{CallOf, Classify, Config, MAX_CALL_LEN, MAX_MEMBERS};
use frame_support::{dispatch::GetDispatchInfo, traits::Get, weights::Weight};

/// 50 µs of reference time; this chain makes no proofs of its state.
const COMPUTE: Weight = Weight::from_parts(50_000_000, 0);
/// 20 ns to encode, compare, read or write a byte of a call.
const CALL_BYTE: Weight = Weight::from_parts(20_000, 0);
/// 1 µs to check a member against all others, or to count its vote.
const MEMBER: Weight = Weight::from_parts(1_000_000, 0);

/// NextGroup, Groups, GroupOf, the group's account, and the creator's account and holds.
pub fn create_group<T: Config>() -> Weight {
	COMPUTE
		.saturating_add(MEMBER.saturating_mul(MAX_MEMBERS.into()))
		.saturating_add(T::DbWeight::get().reads_writes(6, 6))
}

/// Groups, OpenProposals, Proposals, the clock, and the proposer's account and holds, which a
/// vote that decides touches again; and what it takes to classify the call.
pub fn propose<T: Config>(call: &CallOf<T>) -> Weight {
	COMPUTE
		.saturating_add(call_bytes())
		.saturating_add(MEMBER.saturating_mul(MAX_MEMBERS.into()))
		.saturating_add(T::DbWeight::get().reads_writes(7, 6))
		.saturating_add(T::Classify::weight(call))
}

/// As [`reject`], and what it takes to classify the call.
pub fn approve<T: Config>(call: &CallOf<T>) -> Weight {
	reject::<T>().saturating_add(T::Classify::weight(call))
}

/// Groups, Proposals, OpenProposals, the clock, and the proposer's account and holds.
pub fn reject<T: Config>() -> Weight {
	COMPUTE
		.saturating_add(call_bytes())
		.saturating_add(MEMBER.saturating_mul(MAX_MEMBERS.into()))
		.saturating_add(T::DbWeight::get().reads_writes(6, 4))
}

/// Proposals, OpenProposals, and the proposer's account and holds.
pub fn withdraw<T: Config>() -> Weight {
	COMPUTE
		.saturating_add(call_bytes())
		.saturating_add(T::DbWeight::get().reads_writes(4, 4))
}

/// Groups and the clock, and what [`withdraw`] touches.
pub fn clear<T: Config>() -> Weight {
	withdraw::<T>().saturating_add(T::DbWeight::get().reads(2))
}

/// GroupOf, Groups, the accounts of group, beneficiary and creator, and the creator's holds.
pub fn dissolve<T: Config>() -> Weight {
	COMPUTE.saturating_add(T::DbWeight::get().reads_writes(7, 6))
}

/// Groups, and the event with all its members.
pub fn announce_administration<T: Config>() -> Weight {
	COMPUTE.saturating_add(T::DbWeight::get().reads(1))
}

/// GroupOf and Groups.
pub fn set_members<T: Config>() -> Weight {
	COMPUTE
		.saturating_add(MEMBER.saturating_mul(MAX_MEMBERS.into()))
		.saturating_add(T::DbWeight::get().reads_writes(2, 1))
}

/// The weight that `call` asks for.
pub(crate) fn carried<T: Config>(call: &CallOf<T>) -> Weight {
	call.get_dispatch_info().call_weight
}

/// Encoded, compared, stored, and copied to the event.
fn call_bytes() -> Weight {
	CALL_BYTE
		.saturating_mul(MAX_CALL_LEN.into())
		.saturating_mul(3)
}
