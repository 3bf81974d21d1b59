//! A block moves the clock once.

use super::*;
use frame_benchmarking::v2::*;

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn on_timestamp_set() {
		Pallet::<T>::on_timestamp_set(1_000);

		#[block]
		{
			Pallet::<T>::on_timestamp_set(2_000);
		}

		assert_eq!(Pallet::<T>::now(), Duration::from_secs(2));
	}

	impl_benchmark_test_suite!(Pallet, crate::tests::genesis(100), crate::tests::Test);
}
