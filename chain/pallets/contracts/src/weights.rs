//! What the calls of covenant_contracts cost, as measured. Written by `chain/scripts/weights`; to
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
	fn note_body(b: u32) -> Weight;
	fn drop_body() -> Weight;
	fn create() -> Weight;
	fn accept() -> Weight;
	fn decline() -> Weight;
	fn cancel() -> Weight;
	fn settle() -> Weight;
	fn update() -> Weight;
	fn withdraw_update() -> Weight;
	fn terminate() -> Weight;
	fn report() -> Weight;
	fn top_up() -> Weight;
	fn expire() -> Weight;
	fn close() -> Weight;
	fn prune() -> Weight;
	fn check() -> Weight;
}

/// With a database of this weight.
pub struct Measured<DbWeight>(PhantomData<DbWeight>);

impl<DbWeight: Get<RuntimeDbWeight>> WeightInfo for Measured<DbWeight> {
	/// Storage: `Contracts::BodyDeposits` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `Contracts::Bodies` (r:1 w:1)
	/// `b` is between 0 and 16384.
	fn note_body(b: u32) -> Weight {
		Weight::from_parts(46_096_339, 0)
			.saturating_add(Weight::from_parts(1_822, 0).saturating_mul(b.into()))
			.saturating_add(DbWeight::get().reads(4))
			.saturating_add(DbWeight::get().writes(4))
	}
	/// Storage: `Contracts::BodyDeposits` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `Contracts::Bodies` (r:1 w:1)
	fn drop_body() -> Weight {
		Weight::from_parts(46_129_000, 0)
			.saturating_add(DbWeight::get().reads(4))
			.saturating_add(DbWeight::get().writes(4))
	}
	/// Storage: `Nodes::Nodes` (r:1 w:1)
	/// Storage: `Clock::Moment` (r:1 w:0)
	/// Storage: `Contracts::Bodies` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `Contracts::NextContract` (r:1 w:1)
	/// Storage: `Contracts::Contracts` (r:0 w:1)
	fn create() -> Weight {
		Weight::from_parts(105_287_000, 0)
			.saturating_add(DbWeight::get().reads(6))
			.saturating_add(DbWeight::get().writes(6))
	}
	/// Storage: `Contracts::Contracts` (r:1 w:1)
	/// Storage: `Nodes::Nodes` (r:1 w:1)
	/// Storage: `Clock::Moment` (r:1 w:0)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `System::Account` (r:2 w:2)
	/// Storage: `Contracts::Bodies` (r:1 w:1)
	fn accept() -> Weight {
		Weight::from_parts(108_141_000, 0)
			.saturating_add(DbWeight::get().reads(7))
			.saturating_add(DbWeight::get().writes(6))
	}
	/// Storage: `Contracts::Contracts` (r:1 w:1)
	/// Storage: `Nodes::Nodes` (r:1 w:1)
	/// Storage: `Clock::Moment` (r:1 w:0)
	/// Storage: `System::Account` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `Contracts::Bodies` (r:1 w:1)
	/// Storage: `Contracts::Tombstones` (r:0 w:1)
	fn decline() -> Weight {
		Weight::from_parts(126_619_000, 0)
			.saturating_add(DbWeight::get().reads(6))
			.saturating_add(DbWeight::get().writes(6))
	}
	/// Storage: `Contracts::Contracts` (r:1 w:1)
	/// Storage: `Nodes::Nodes` (r:1 w:1)
	/// Storage: `Clock::Moment` (r:1 w:0)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `System::Account` (r:2 w:2)
	/// Storage: `Contracts::Bodies` (r:2 w:2)
	/// Storage: `Contracts::Tombstones` (r:0 w:1)
	fn cancel() -> Weight {
		Weight::from_parts(173_229_000, 0)
			.saturating_add(DbWeight::get().reads(8))
			.saturating_add(DbWeight::get().writes(8))
	}
	/// Storage: `Contracts::Contracts` (r:1 w:1)
	/// Storage: `Nodes::Nodes` (r:1 w:0)
	/// Storage: `Clock::Moment` (r:1 w:0)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `System::Account` (r:2 w:2)
	fn settle() -> Weight {
		Weight::from_parts(62_393_000, 0)
			.saturating_add(DbWeight::get().reads(6))
			.saturating_add(DbWeight::get().writes(4))
	}
	/// Storage: `Contracts::Contracts` (r:1 w:1)
	/// Storage: `Nodes::Nodes` (r:1 w:0)
	/// Storage: `Clock::Moment` (r:1 w:0)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `System::Account` (r:2 w:2)
	/// Storage: `Contracts::Bodies` (r:2 w:2)
	fn update() -> Weight {
		Weight::from_parts(143_504_000, 0)
			.saturating_add(DbWeight::get().reads(8))
			.saturating_add(DbWeight::get().writes(6))
	}
	/// Storage: `Contracts::Contracts` (r:1 w:1)
	/// Storage: `Nodes::Nodes` (r:1 w:0)
	/// Storage: `Clock::Moment` (r:1 w:0)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `System::Account` (r:2 w:2)
	/// Storage: `Contracts::Bodies` (r:1 w:1)
	fn withdraw_update() -> Weight {
		Weight::from_parts(98_987_000, 0)
			.saturating_add(DbWeight::get().reads(7))
			.saturating_add(DbWeight::get().writes(5))
	}
	/// Storage: `Contracts::Contracts` (r:1 w:1)
	/// Storage: `Nodes::Nodes` (r:1 w:1)
	/// Storage: `Clock::Moment` (r:1 w:0)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `System::Account` (r:2 w:2)
	/// Storage: `Contracts::Bodies` (r:2 w:2)
	/// Storage: `Contracts::Tombstones` (r:0 w:1)
	fn terminate() -> Weight {
		Weight::from_parts(168_932_000, 0)
			.saturating_add(DbWeight::get().reads(8))
			.saturating_add(DbWeight::get().writes(8))
	}
	/// Storage: `Contracts::Contracts` (r:1 w:1)
	/// Storage: `Nodes::Nodes` (r:1 w:0)
	/// Storage: `Clock::Moment` (r:1 w:0)
	fn report() -> Weight {
		Weight::from_parts(23_235_000, 0)
			.saturating_add(DbWeight::get().reads(3))
			.saturating_add(DbWeight::get().writes(1))
	}
	/// Storage: `Contracts::Contracts` (r:1 w:1)
	/// Storage: `Nodes::Nodes` (r:1 w:0)
	/// Storage: `Clock::Moment` (r:1 w:0)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `System::Account` (r:3 w:3)
	fn top_up() -> Weight {
		Weight::from_parts(95_582_000, 0)
			.saturating_add(DbWeight::get().reads(7))
			.saturating_add(DbWeight::get().writes(5))
	}
	/// Storage: `Contracts::Contracts` (r:1 w:1)
	/// Storage: `Nodes::Nodes` (r:1 w:1)
	/// Storage: `Clock::Moment` (r:1 w:0)
	/// Storage: `System::Account` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `Contracts::Bodies` (r:1 w:1)
	/// Storage: `Contracts::Tombstones` (r:0 w:1)
	fn expire() -> Weight {
		Weight::from_parts(123_734_000, 0)
			.saturating_add(DbWeight::get().reads(6))
			.saturating_add(DbWeight::get().writes(6))
	}
	/// Storage: `Contracts::Contracts` (r:1 w:1)
	/// Storage: `Nodes::Nodes` (r:1 w:1)
	/// Storage: `Clock::Moment` (r:1 w:0)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `System::Account` (r:2 w:2)
	/// Storage: `Contracts::Bodies` (r:2 w:2)
	/// Storage: `Contracts::Tombstones` (r:0 w:1)
	fn close() -> Weight {
		Weight::from_parts(168_701_000, 0)
			.saturating_add(DbWeight::get().reads(8))
			.saturating_add(DbWeight::get().writes(8))
	}
	/// Storage: `Contracts::Tombstones` (r:1 w:1)
	/// Storage: `Clock::Moment` (r:1 w:0)
	/// Storage: `System::Account` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	fn prune() -> Weight {
		Weight::from_parts(40_981_000, 0)
			.saturating_add(DbWeight::get().reads(4))
			.saturating_add(DbWeight::get().writes(3))
	}
	/// Storage: `Contracts::Contracts` (r:1 w:0)
	/// Storage: `Nodes::Nodes` (r:1 w:0)
	/// Storage: `Clock::Moment` (r:1 w:0)
	fn check() -> Weight {
		Weight::from_parts(40_480_000, 0).saturating_add(DbWeight::get().reads(3))
	}
}
