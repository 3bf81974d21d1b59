//! As many validators as there may be.

use super::*;
use codec::Decode;
use frame_benchmarking::v2::*;
use frame_support::traits::Get;
use frame_system::RawOrigin;
use sp_runtime::traits::TrailingZeroInput;

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn set() {
		let accounts: Vec<T::AccountId> = (0..T::MaxValidators::get())
			.map(|index| account("validator", index, 0))
			.collect();
		for account in &accounts {
			let keys = T::Keys::decode(&mut TrailingZeroInput::zeroes()).expect("keys of zeros");
			pallet_session::NextKeys::<T>::insert(account, keys);
		}
		let accounts: Accounts<T> = accounts.try_into().expect("as many as there may be");

		#[extrinsic_call]
		_(RawOrigin::Root, accounts.clone());

		assert_eq!(Chosen::<T>::get(), Some(accounts));
	}

	impl_benchmark_test_suite!(Pallet, crate::tests::new_chain(), crate::tests::Test);
}
