//! What the calls of covenant_clock cost, as measured. Written by `chain/scripts/weights`; to
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
	fn on_timestamp_set() -> Weight;
}

/// With a database of this weight.
pub struct Measured<DbWeight>(PhantomData<DbWeight>);

impl<DbWeight: Get<RuntimeDbWeight>> WeightInfo for Measured<DbWeight> {
	/// Storage: `Clock::Moment` (r:1 w:1)
	fn on_timestamp_set() -> Weight {
		Weight::from_parts(3_845_000, 0)
			.saturating_add(DbWeight::get().reads(1))
			.saturating_add(DbWeight::get().writes(1))
	}
}
