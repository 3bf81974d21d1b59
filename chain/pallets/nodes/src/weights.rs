//! What each call costs at most: storage accesses, counted by hand, and a generous share of
//! computing for decoding, checking and the event.

use crate::Config;
use frame_support::{traits::Get, weights::Weight};

/// 50 µs of reference time; this chain makes no proofs of its state.
const COMPUTE: Weight = Weight::from_parts(50_000_000, 0);

/// NextNode, Nodes, AgentOf, and the accounts and holds of operator and agent.
pub fn register<T: Config>() -> Weight {
	COMPUTE.saturating_add(T::DbWeight::get().reads_writes(6, 5))
}

/// Nodes.
pub fn update<T: Config>() -> Weight {
	COMPUTE.saturating_add(T::DbWeight::get().reads_writes(2, 1))
}

/// Nodes, AgentOf twice, the account of the agent that is freed, and the clock; the check runs
/// twice, before and in the call.
pub fn serve<T: Config>() -> Weight {
	COMPUTE
		.saturating_mul(2)
		.saturating_add(T::DbWeight::get().reads_writes(5, 4))
}

/// Nodes and the clock; the check runs twice, before and in the call.
pub fn heartbeat<T: Config>() -> Weight {
	COMPUTE
		.saturating_mul(2)
		.saturating_add(T::DbWeight::get().reads_writes(2, 1))
}

/// Nodes and the clock; the check runs twice, before and in the call.
pub fn announce<T: Config>() -> Weight {
	COMPUTE
		.saturating_mul(2)
		.saturating_add(T::DbWeight::get().reads_writes(2, 1))
}

/// Nodes and the clock.
pub fn set_state<T: Config>() -> Weight {
	COMPUTE.saturating_add(T::DbWeight::get().reads_writes(2, 1))
}

/// Nodes, AgentOf, and the accounts of two agents.
pub fn rotate_agent<T: Config>() -> Weight {
	COMPUTE.saturating_add(T::DbWeight::get().reads_writes(4, 3))
}

/// Nodes, AgentOf, the accounts of two agents, and the operator's account and holds.
pub fn remove<T: Config>() -> Weight {
	COMPUTE.saturating_add(T::DbWeight::get().reads_writes(6, 6))
}
