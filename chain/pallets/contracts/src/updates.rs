//! Another spec for a contract: offered in the place of its first offer, or beside what runs.

use crate::{
	checks::Placed, Config, ContractId, Contracts, DropReason, Error, Event, HoldReason, Offer,
	Pallet,
};
use frame_support::{defensive, traits::fungible::MutateHold};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	/// Offers another spec: settles what runs, holds the deposit for the new body's bytes, and
	/// lets go of the offer that was pending before.
	pub(crate) fn do_update(
		id: ContractId,
		(mut contract, node): Placed<T>,
		mut offer: Offer,
	) -> DispatchResult {
		Self::do_settle_due(id, &mut contract, &node);
		let body_len = Self::refer_to_body(offer.spec.body)?;
		offer.spec.deposit = Self::deposit_for_bytes(body_len);
		T::Currency::hold(
			&HoldReason::Contract.into(),
			&contract.owner,
			offer.spec.deposit,
		)
		.map_err(|_| Error::<T>::CannotHoldDeposit)?;

		let replaced = contract.pending.replace(offer);
		let spec = offer.spec;
		contract.version = spec.version;
		let owner = contract.owner.clone();
		Self::deposit_event(Event::UpdateOffered {
			contract: id,
			node: contract.node,
			version: spec.version,
			body: spec.body,
			resources: spec.resources,
			rate: spec.rate,
			sealing_version: spec.sealing_version,
			deposit: spec.deposit,
			deadline: offer.deadline,
		});
		Contracts::<T>::insert(id, contract);
		if let Some(Offer { spec, .. }) = replaced {
			Self::release(HoldReason::Contract, &owner, spec.deposit);
			Self::forget_body(spec.body);
		}
		Ok(())
	}

	/// Settles what runs, and drops the update beside it.
	pub(crate) fn do_drop_update(
		id: ContractId,
		(mut contract, node): Placed<T>,
		reason: DropReason,
	) {
		Self::do_settle_due(id, &mut contract, &node);
		let Some(Offer { spec, .. }) = contract.pending.take() else {
			defensive!("every caller has checked that an update is pending; qed");
			return;
		};
		Self::release(HoldReason::Contract, &contract.owner, spec.deposit);
		Self::deposit_event(Event::UpdateDropped {
			contract: id,
			node: contract.node,
			version: spec.version,
			reason,
		});
		Contracts::<T>::insert(id, contract);
		Self::forget_body(spec.body);
	}
}
