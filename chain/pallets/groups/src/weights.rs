//! What the calls of covenant_groups cost, as measured. Written by `chain/scripts/weights`; to
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
	fn create_group() -> Weight;
	fn propose() -> Weight;
	fn approve() -> Weight;
	fn reject() -> Weight;
	fn set_members() -> Weight;
	fn withdraw() -> Weight;
	fn clear() -> Weight;
	fn dissolve() -> Weight;
	fn announce_administration() -> Weight;
}

/// With a database of this weight.
pub struct Measured<DbWeight>(PhantomData<DbWeight>);

impl<DbWeight: Get<RuntimeDbWeight>> WeightInfo for Measured<DbWeight> {
	/// Storage: `Groups::NextGroup` (r:1 w:1)
	/// Storage: `System::Account` (r:2 w:2)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `Groups::Groups` (r:0 w:1)
	/// Storage: `Groups::GroupOf` (r:0 w:1)
	fn create_group() -> Weight {
		Weight::from_parts(87_491_000, 0)
			.saturating_add(DbWeight::get().reads(4))
			.saturating_add(DbWeight::get().writes(6))
	}
	/// Storage: `Groups::Groups` (r:1 w:1)
	/// Storage: `Clock::Moment` (r:1 w:0)
	/// Storage: `Groups::OpenProposals` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `Groups::Proposals` (r:1 w:1)
	fn propose() -> Weight {
		Weight::from_parts(127_120_000, 0)
			.saturating_add(DbWeight::get().reads(6))
			.saturating_add(DbWeight::get().writes(5))
	}
	/// Storage: `Groups::Groups` (r:1 w:0)
	/// Storage: `Groups::Proposals` (r:2 w:1)
	/// Storage: `Clock::Moment` (r:1 w:0)
	/// Storage: `Groups::OpenProposals` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	fn approve() -> Weight {
		Weight::from_parts(119_959_000, 0)
			.saturating_add(DbWeight::get().reads(7))
			.saturating_add(DbWeight::get().writes(4))
	}
	/// Storage: `Groups::Groups` (r:1 w:0)
	/// Storage: `Groups::Proposals` (r:1 w:1)
	/// Storage: `Clock::Moment` (r:1 w:0)
	/// Storage: `Groups::OpenProposals` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	fn reject() -> Weight {
		Weight::from_parts(77_956_000, 0)
			.saturating_add(DbWeight::get().reads(6))
			.saturating_add(DbWeight::get().writes(4))
	}
	/// Storage: `Groups::GroupOf` (r:1 w:0)
	/// Storage: `Groups::Groups` (r:1 w:1)
	fn set_members() -> Weight {
		Weight::from_parts(19_970_000, 0)
			.saturating_add(DbWeight::get().reads(2))
			.saturating_add(DbWeight::get().writes(1))
	}
	/// Storage: `Groups::Proposals` (r:1 w:1)
	/// Storage: `Groups::OpenProposals` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	fn withdraw() -> Weight {
		Weight::from_parts(64_696_000, 0)
			.saturating_add(DbWeight::get().reads(4))
			.saturating_add(DbWeight::get().writes(4))
	}
	/// Storage: `Groups::Proposals` (r:1 w:1)
	/// Storage: `Groups::Groups` (r:1 w:0)
	/// Storage: `Clock::Moment` (r:1 w:0)
	/// Storage: `Groups::OpenProposals` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	fn clear() -> Weight {
		Weight::from_parts(78_728_000, 0)
			.saturating_add(DbWeight::get().reads(6))
			.saturating_add(DbWeight::get().writes(4))
	}
	/// Storage: `Groups::GroupOf` (r:1 w:1)
	/// Storage: `System::Account` (r:3 w:3)
	/// Storage: `Groups::Groups` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	fn dissolve() -> Weight {
		Weight::from_parts(101_502_000, 0)
			.saturating_add(DbWeight::get().reads(6))
			.saturating_add(DbWeight::get().writes(6))
	}
	/// Storage: `Groups::Groups` (r:1 w:0)
	fn announce_administration() -> Weight {
		Weight::from_parts(9_735_000, 0).saturating_add(DbWeight::get().reads(1))
	}
}
