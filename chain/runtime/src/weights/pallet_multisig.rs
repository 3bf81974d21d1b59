//! What the calls of pallet_multisig cost, as measured. Written by `chain/scripts/weights`; to
//! change it, change the benchmarks and run that.
//!
//! 20 steps, 20 repeats, on the runtime as wasm. The storage of each is how often it is
//! read (r) and written (w).

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{RuntimeDbWeight, Weight},
};

/// With a database of this weight.
pub struct Measured<DbWeight>(PhantomData<DbWeight>);

impl<DbWeight: Get<RuntimeDbWeight>> pallet_multisig::WeightInfo for Measured<DbWeight> {
	/// `z` is between 0 and 10000.
	fn as_multi_threshold_1(z: u32) -> Weight {
		Weight::from_parts(33_195_970, 0)
			.saturating_add(Weight::from_parts(6_626, 0).saturating_mul(z.into()))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// `s` is between 2 and 100.
	/// `z` is between 0 and 10000.
	fn as_multi_create(s: u32, z: u32) -> Weight {
		Weight::from_parts(25_227_315, 0)
			.saturating_add(Weight::from_parts(256_680, 0).saturating_mul(s.into()))
			.saturating_add(Weight::from_parts(6_560, 0).saturating_mul(z.into()))
			.saturating_add(DbWeight::get().reads(1))
			.saturating_add(DbWeight::get().writes(1))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// `s` is between 3 and 100.
	/// `z` is between 0 and 10000.
	fn as_multi_approve(s: u32, z: u32) -> Weight {
		Weight::from_parts(11_832_197, 0)
			.saturating_add(Weight::from_parts(314_722, 0).saturating_mul(s.into()))
			.saturating_add(Weight::from_parts(6_963, 0).saturating_mul(z.into()))
			.saturating_add(DbWeight::get().reads(1))
			.saturating_add(DbWeight::get().writes(1))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1)
	/// `s` is between 2 and 100.
	/// `z` is between 0 and 10000.
	fn as_multi_complete(s: u32, z: u32) -> Weight {
		Weight::from_parts(27_478_886, 0)
			.saturating_add(Weight::from_parts(445_866, 0).saturating_mul(s.into()))
			.saturating_add(Weight::from_parts(7_308, 0).saturating_mul(z.into()))
			.saturating_add(DbWeight::get().reads(2))
			.saturating_add(DbWeight::get().writes(2))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// `s` is between 2 and 100.
	fn approve_as_multi_create(s: u32) -> Weight {
		Weight::from_parts(21_559_059, 0)
			.saturating_add(Weight::from_parts(314_426, 0).saturating_mul(s.into()))
			.saturating_add(DbWeight::get().reads(1))
			.saturating_add(DbWeight::get().writes(1))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// `s` is between 2 and 100.
	fn approve_as_multi_approve(s: u32) -> Weight {
		Weight::from_parts(11_883_154, 0)
			.saturating_add(Weight::from_parts(268_669, 0).saturating_mul(s.into()))
			.saturating_add(DbWeight::get().reads(1))
			.saturating_add(DbWeight::get().writes(1))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// `s` is between 2 and 100.
	fn cancel_as_multi(s: u32) -> Weight {
		Weight::from_parts(21_668_433, 0)
			.saturating_add(Weight::from_parts(273_246, 0).saturating_mul(s.into()))
			.saturating_add(DbWeight::get().reads(1))
			.saturating_add(DbWeight::get().writes(1))
	}
	/// Storage: `Multisig::Multisigs` (r:1 w:1)
	/// `s` is between 2 and 100.
	fn poke_deposit(s: u32) -> Weight {
		Weight::from_parts(20_470_334, 0)
			.saturating_add(Weight::from_parts(267_737, 0).saturating_mul(s.into()))
			.saturating_add(DbWeight::get().reads(1))
			.saturating_add(DbWeight::get().writes(1))
	}
}
