//! The end of a contract: everything goes back where it came from, but for a tombstone.

use crate::{
	checks::Placed, CloseReason, Config, ContractId, ContractOf, Contracts, Event, HoldReason,
	Pallet, Tombstone, Tombstones,
};
use frame_support::{
	defensive,
	traits::{fungible::MutateHold, Get},
};

impl<T: Config> Pallet<T> {
	/// Settles what runs, and ends the contract.
	pub(crate) fn settle_and_close(
		id: ContractId,
		(mut contract, node): Placed<T>,
		reason: CloseReason,
	) {
		Self::do_settle_due(id, &mut contract, &node);
		Self::do_close(id, contract, reason);
	}

	/// Ends a settled contract: refunds the escrow, gives the node its capacity and the owner the
	/// deposit back, but for the tombstone's share of it. Cannot fail.
	pub(crate) fn do_close(id: ContractId, contract: ContractOf<T>, reason: CloseReason) {
		let closed_at = covenant_nodes::Pallet::<T>::now();
		let refund = contract.escrow;
		Self::release(HoldReason::Escrow, &contract.owner, refund);
		Self::release(HoldReason::Contract, &contract.owner, contract.deposits());
		let tombstone_deposit = Self::hold_for_tombstone(&contract);

		covenant_nodes::Pallet::<T>::contract_closed(contract.node, contract.reserved());
		Contracts::<T>::remove(id);
		if let Some(body) = contract.specs().next().map(|spec| spec.body) {
			Tombstones::<T>::insert(
				id,
				Tombstone {
					owner: contract.owner.clone(),
					node: contract.node,
					reason,
					closed_at,
					version: contract.version,
					body,
					deposit: tombstone_deposit,
				},
			);
		} else {
			defensive!("a contract runs a spec or was offered one; qed");
		}
		Self::deposit_event(Event::Closed {
			contract: id,
			node: contract.node,
			reason,
			refund,
			deposit: contract.deposits().saturating_sub(tombstone_deposit),
			tombstone_deposit,
			closed_at,
		});
		for spec in contract.specs() {
			Self::forget_body(spec.body);
		}
	}

	/// Holds the tombstone's share of the deposit that was just released, and answers how much
	/// that is: never more than the deposit was, whatever the share is today.
	fn hold_for_tombstone(contract: &ContractOf<T>) -> crate::Balance {
		let share = T::TombstoneDeposit::get().min(contract.deposits());
		match T::Currency::hold(&HoldReason::Tombstone.into(), &contract.owner, share) {
			Ok(()) => share,
			Err(_) => {
				defensive!("what was released to an account can be held on it again; qed");
				0
			}
		}
	}
}
