//! # Clock
//!
//! Every deadline, window and payment of this chain is counted in *chain seconds*: a clock that
//! follows pallet-timestamp, but on which one block counts for [`Config::MaxStepMs`] at most.
//! A chain that stood still for a week moves its clock by one such step when it wakes up, so
//! nobody's offer has expired and nobody is billed for, or starved of, time that did not happen.
//!
//! The clock starts with the first block's timestamp. Read it through
//! [`UnixTime`](frame_support::traits::UnixTime): `Clock::now().as_secs()`.
//!
//! The slot duration lives here too, because it is a parameter of the genesis and not of the code:
//! the same runtime makes a block every 6 s among validators and many times a second on a
//! developer's machine.
#![cfg_attr(not(feature = "std"), no_std)]

pub use pallet::*;
pub use weights::WeightInfo;

#[cfg(any(test, feature = "runtime-benchmarks"))]
mod benchmarking;
pub mod weights;

#[cfg(test)]
mod tests;

use codec::{Decode, Encode, MaxEncodedLen};
use core::{marker::PhantomData, time::Duration};
use frame_support::traits::{Get, OnTimestampSet, UnixTime};
use scale_info::TypeInfo;

/// Where the clock stands, and the timestamp that last moved it. Both in milliseconds.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	Decode,
	Encode,
	Eq,
	MaxEncodedLen,
	Ord,
	PartialEq,
	PartialOrd,
	TypeInfo,
)]
pub struct Reading {
	pub chain_ms: u64,
	pub timestamp_ms: u64,
}

#[frame_support::pallet]
pub mod pallet {
	use super::{Reading, WeightInfo};
	use frame_support::pallet_prelude::*;

	/// Raised with every change of what is stored or of what it means, together with a migration in
	/// the runtime: a test there tells when it was forgotten.
	pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config + pallet_timestamp::Config<Moment = u64> {
		/// What it costs to move the clock.
		type WeightInfo: WeightInfo;

		/// The most that one block may move the clock, in milliseconds.
		#[pallet::constant]
		type MaxStepMs: Get<u64>;

		/// The slot duration of a chain whose genesis names none, in milliseconds.
		#[pallet::constant]
		type DefaultSlotDurationMs: Get<u64>;
	}

	/// The clock; absent before the first timestamp.
	#[pallet::storage]
	pub type Moment<T> = StorageValue<_, Reading>;

	/// The time from one block's slot to the next, in milliseconds.
	#[pallet::storage]
	pub type SlotDurationMs<T: Config> = StorageValue<_, u64, ValueQuery, T::DefaultSlotDurationMs>;

	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// Even, and at least 2: pallet-timestamp's minimum period is half of it.
		pub slot_duration_ms: u64,
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self {
				slot_duration_ms: T::DefaultSlotDurationMs::get(),
				_config: PhantomData,
			}
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			let slot = self.slot_duration_ms;
			assert!(
				slot >= 2 && slot.is_multiple_of(2),
				"clock.slotDurationMs is {slot}; an even number of milliseconds, 2 or more, is needed"
			);
			SlotDurationMs::<T>::put(slot);
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<frame_system::pallet_prelude::BlockNumberFor<T>> for Pallet<T> {
		/// Counts what the block's timestamp will cost by moving the clock.
		fn on_initialize(_: frame_system::pallet_prelude::BlockNumberFor<T>) -> Weight {
			<T as Config>::WeightInfo::on_timestamp_set()
		}

		fn integrity_test() {
			assert!(T::MaxStepMs::get() > 0, "a clock that cannot move");
			let slot = T::DefaultSlotDurationMs::get();
			assert!(
				slot >= 2 && slot.is_multiple_of(2),
				"a slot that cannot be halved"
			);
		}
	}
}

impl<T: Config> OnTimestampSet<u64> for Pallet<T> {
	fn on_timestamp_set(timestamp_ms: u64) {
		let reading = match Moment::<T>::get() {
			None => Reading {
				chain_ms: timestamp_ms,
				timestamp_ms,
			},
			Some(last) => {
				let step = timestamp_ms
					.saturating_sub(last.timestamp_ms)
					.min(T::MaxStepMs::get());
				Reading {
					chain_ms: last.chain_ms.saturating_add(step),
					timestamp_ms,
				}
			}
		};
		Moment::<T>::put(reading);
	}
}

impl<T: Config> UnixTime for Pallet<T> {
	/// Chain time; zero before the first timestamp.
	fn now() -> Duration {
		Duration::from_millis(Moment::<T>::get().unwrap_or_default().chain_ms)
	}
}

/// Aura's slot duration.
pub struct SlotDuration<T>(PhantomData<T>);
impl<T: Config> Get<u64> for SlotDuration<T> {
	fn get() -> u64 {
		SlotDurationMs::<T>::get()
	}
}

/// pallet-timestamp's minimum period: half a slot, as Aura has it.
pub struct MinimumPeriod<T>(PhantomData<T>);
impl<T: Config> Get<u64> for MinimumPeriod<T> {
	fn get() -> u64 {
		SlotDurationMs::<T>::get() / 2
	}
}
