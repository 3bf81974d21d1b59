//! # Validators
//!
//! Who makes blocks and finalises them: a list that Root sets, which is group 0 by its vote. It
//! takes effect when pallet-session has ended this session and the next, as every change of keys
//! does.
//!
//! Until it is set for the first time, the validators are those of the genesis.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub use pallet::*;
pub use weights::WeightInfo;

#[cfg(any(test, feature = "runtime-benchmarks"))]
mod benchmarking;
pub mod weights;

#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use sp_staking::SessionIndex;

#[frame_support::pallet]
pub mod pallet {
	use crate::WeightInfo;
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;

	/// At most so many.
	pub type Accounts<T> =
		BoundedVec<<T as frame_system::Config>::AccountId, <T as Config>::MaxValidators>;

	#[pallet::config]
	pub trait Config:
		frame_system::Config<RuntimeEvent: From<Event<Self>>>
		+ pallet_session::Config<ValidatorId = <Self as frame_system::Config>::AccountId>
	{
		/// What the calls cost.
		type WeightInfo: WeightInfo;

		/// How many validators there may be: not more than Aura and GRANDPA have room for.
		#[pallet::constant]
		type MaxValidators: Get<u32>;
	}

	/// Raised with every change of what is stored or of what it means, together with a migration in
	/// the runtime: a test there tells when it was forgotten.
	pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// The list that was set last; none while the genesis's own validators stay.
	#[pallet::storage]
	pub type Chosen<T: Config> = StorageValue<_, Accounts<T>>;

	#[pallet::event]
	#[pallet::generate_deposit(fn deposit_event)]
	pub enum Event<T: Config> {
		/// These validate from the session after the next on.
		ValidatorsSet { accounts: Accounts<T> },
	}

	#[pallet::error]
	pub enum Error<T> {
		/// A chain without validators stands still. Name one at least.
		NoValidators,
		/// An account is listed twice. Name each validator once.
		DuplicateValidator,
		/// This account has no session keys. Have it call session.setKeys first.
		NoKeys,
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Makes `accounts` the validators from the session after the next on.
		#[pallet::call_index(0)]
		pub fn set(origin: OriginFor<T>, accounts: Accounts<T>) -> DispatchResult {
			ensure_root(origin)?;
			ensure!(!accounts.is_empty(), Error::<T>::NoValidators);
			for (index, account) in accounts.iter().enumerate() {
				ensure!(
					!accounts[..index].contains(account),
					Error::<T>::DuplicateValidator
				);
				ensure!(
					pallet_session::NextKeys::<T>::contains_key(account),
					Error::<T>::NoKeys
				);
			}
			Chosen::<T>::put(&accounts);
			Self::deposit_event(Event::ValidatorsSet { accounts });
			Ok(())
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	impl<T: Config> Pallet<T> {
		/// Fails where the list could not validate a chain.
		pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
			let Some(accounts) = Chosen::<T>::get() else {
				return Ok(());
			};
			ensure!(!accounts.is_empty(), "there are validators");
			ensure!(
				accounts
					.iter()
					.enumerate()
					.all(|(index, account)| !accounts[..index].contains(account)),
				"each validator is named once"
			);
			Ok(())
		}
	}
}

/// Says nothing while the list stands as it is: a session that changes nobody is none for GRANDPA.
impl<T: Config> pallet_session::SessionManager<T::AccountId> for Pallet<T> {
	fn new_session(_: SessionIndex) -> Option<Vec<T::AccountId>> {
		let chosen = Chosen::<T>::get()?.into_inner();
		(chosen != pallet_session::Validators::<T>::get()).then_some(chosen)
	}

	fn end_session(_: SessionIndex) {}

	fn start_session(_: SessionIndex) {}
}
