//! What the calls of covenant_nodes cost, as measured. Written by `chain/scripts/weights`; to
//! change it, change the benchmarks and run that.
//!
//! 20 steps, 20 repeats, on the runtime as wasm. The storage of each is how often it is
//! read (r) and written (w).

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{RuntimeDbWeight, Weight},
};

/// What the calls cost.
pub trait WeightInfo {
	fn register() -> Weight;
	fn update() -> Weight;
	fn serve() -> Weight;
	fn heartbeat() -> Weight;
	fn announce() -> Weight;
	fn set_state() -> Weight;
	fn rotate_agent() -> Weight;
	fn remove() -> Weight;
	fn check() -> Weight;
}

/// With a database of this weight.
pub struct Measured<DbWeight>(PhantomData<DbWeight>);

impl<DbWeight: Get<RuntimeDbWeight>> WeightInfo for Measured<DbWeight> {
	/// Storage: `Nodes::AgentOf` (r:1 w:0)
	/// Storage: `System::Account` (r:2 w:2)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `Nodes::NextNode` (r:1 w:1)
	/// Storage: `Nodes::Nodes` (r:0 w:1)
	fn register() -> Weight {
		Weight::from_parts(63_795_000, 0)
			.saturating_add(DbWeight::get().reads(5))
			.saturating_add(DbWeight::get().writes(5))
	}
	/// Storage: `Nodes::Nodes` (r:1 w:1)
	fn update() -> Weight {
		Weight::from_parts(28_723_000, 0)
			.saturating_add(DbWeight::get().reads(1))
			.saturating_add(DbWeight::get().writes(1))
	}
	/// Storage: `Nodes::Nodes` (r:1 w:1)
	/// Storage: `Nodes::AgentOf` (r:1 w:2)
	/// Storage: `Clock::Moment` (r:1 w:0)
	/// Storage: `System::Account` (r:1 w:1)
	fn serve() -> Weight {
		Weight::from_parts(29_784_000, 0)
			.saturating_add(DbWeight::get().reads(4))
			.saturating_add(DbWeight::get().writes(4))
	}
	/// Storage: `Nodes::Nodes` (r:1 w:1)
	/// Storage: `Clock::Moment` (r:1 w:0)
	fn heartbeat() -> Weight {
		Weight::from_parts(19_319_000, 0)
			.saturating_add(DbWeight::get().reads(2))
			.saturating_add(DbWeight::get().writes(1))
	}
	/// Storage: `Nodes::Nodes` (r:1 w:1)
	/// Storage: `Clock::Moment` (r:1 w:0)
	fn announce() -> Weight {
		Weight::from_parts(19_589_000, 0)
			.saturating_add(DbWeight::get().reads(2))
			.saturating_add(DbWeight::get().writes(1))
	}
	/// Storage: `Nodes::Nodes` (r:1 w:1)
	/// Storage: `Clock::Moment` (r:1 w:0)
	fn set_state() -> Weight {
		Weight::from_parts(18_999_000, 0)
			.saturating_add(DbWeight::get().reads(2))
			.saturating_add(DbWeight::get().writes(1))
	}
	/// Storage: `Nodes::Nodes` (r:1 w:1)
	/// Storage: `Nodes::AgentOf` (r:1 w:0)
	/// Storage: `System::Account` (r:2 w:2)
	fn rotate_agent() -> Weight {
		Weight::from_parts(28_323_000, 0)
			.saturating_add(DbWeight::get().reads(4))
			.saturating_add(DbWeight::get().writes(3))
	}
	/// Storage: `Nodes::Nodes` (r:1 w:1)
	/// Storage: `System::Account` (r:3 w:3)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `Nodes::AgentOf` (r:0 w:1)
	fn remove() -> Weight {
		Weight::from_parts(52_608_000, 0)
			.saturating_add(DbWeight::get().reads(5))
			.saturating_add(DbWeight::get().writes(6))
	}
	/// Storage: `Nodes::Nodes` (r:1 w:0)
	/// Storage: `Clock::Moment` (r:1 w:0)
	fn check() -> Weight {
		Weight::from_parts(12_729_000, 0).saturating_add(DbWeight::get().reads(2))
	}
}
