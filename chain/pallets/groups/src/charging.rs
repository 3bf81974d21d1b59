//! What votes weigh and are charged for: their own work, finding out of which kind the call is that
//! they carry, and that call as far as it ran.

use crate::{voting::Ran, CallOf, Classify, Config, WeightInfo};
use frame_support::{
	dispatch::{DispatchResultWithPostInfo, GetDispatchInfo},
	weights::Weight,
};

/// Of a proposal of `call`, without `call`.
pub(crate) fn propose<T: Config>(call: &CallOf<T>) -> Weight {
	T::WeightInfo::propose().saturating_add(T::Classify::weight(call))
}

/// Of an approval of `call`, without `call`.
pub(crate) fn approve<T: Config>(call: &CallOf<T>) -> Weight {
	T::WeightInfo::approve().saturating_add(T::Classify::weight(call))
}

/// The weight that `call` asks for.
pub(crate) fn carried<T: Config>(call: &CallOf<T>) -> Weight {
	call.get_dispatch_info().call_weight
}

/// Charges a call's own weight and what ran of the call that it carried.
pub(crate) fn charge(own: Weight, ran: Ran) -> DispatchResultWithPostInfo {
	match ran {
		Ok(carried) => Ok(Some(own.saturating_add(carried)).into()),
		Err(mut failed) => {
			let carried = failed.post_info.actual_weight.unwrap_or_default();
			failed.post_info.actual_weight = Some(own.saturating_add(carried));
			Err(failed)
		}
	}
}
