//! Money for a contract, from anyone.

use crate::{
	checks::Placed, Balance, Config, ContractId, ContractState, Contracts, Error, Event,
	HoldReason, Pallet,
};
use frame_support::traits::{
	fungible::MutateHold,
	tokens::{Fortitude, Precision, Preservation},
};
use sp_runtime::{ArithmeticError, DispatchResult};

impl<T: Config> Pallet<T> {
	/// Settles what runs, puts `amount` of `who`'s money into the escrow on the owner, and resumes
	/// what is suspended: it is paid for from the present reading of the live clock.
	pub(crate) fn do_top_up(
		who: T::AccountId,
		id: ContractId,
		(mut contract, node): Placed<T>,
		amount: Balance,
	) -> DispatchResult {
		Self::do_settle_due(id, &mut contract, &node);
		Self::hold_from(&who, &contract.owner, amount)?;
		contract.escrow = contract
			.escrow
			.checked_add(amount)
			.ok_or(ArithmeticError::Overflow)?;
		if contract.state == ContractState::Suspended {
			contract.state = ContractState::Running;
			contract.suspended_at = None;
			contract.settled_at = covenant_nodes::Pallet::<T>::live(&node);
		}
		Self::deposit_event(Event::ToppedUp {
			contract: id,
			node: contract.node,
			who,
			amount,
			escrow: contract.escrow,
			settled_at: contract.settled_at,
			state: contract.state,
		});
		Contracts::<T>::insert(id, contract);
		Ok(())
	}

	/// Moves `amount` from `who`'s free money into what is held on `owner` as escrow.
	fn hold_from(who: &T::AccountId, owner: &T::AccountId, amount: Balance) -> DispatchResult {
		let reason = HoldReason::Escrow.into();
		let held = if who == owner {
			T::Currency::hold(&reason, owner, amount)
		} else {
			T::Currency::transfer_and_hold(
				&reason,
				who,
				owner,
				amount,
				Precision::Exact,
				Preservation::Preserve,
				Fortitude::Polite,
			)
			.map(|_| ())
		};
		held.map_err(|_| Error::<T>::CannotHoldDeposit.into())
	}
}
