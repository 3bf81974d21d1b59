//! What a running contract owes its node, and how it is paid.

use crate::{Balance, Config, ContractId, ContractOf, ContractState, Event, HoldReason, Pallet};
use covenant_nodes::NodeOf;
use frame_support::{
	defensive,
	storage::with_storage_layer,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
	},
};

/// What settling a running contract comes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Settlement {
	/// For the operator, and no more than the escrow.
	pub due: Balance,
	/// Suspended when what is due used the escrow up.
	pub state: ContractState,
	/// The reading of the live clock that is paid up to.
	pub settled_at: u64,
}

impl Settlement {
	/// Due is `rate × (live − settled_at)`. When it reaches the escrow, and the rate is above 0,
	/// the escrow is all that is paid, the rest is forgiven, and the contract is suspended.
	///
	/// `live` and `settled_at` are readings of the same live clock, which never goes back.
	pub fn of(rate: Balance, escrow: Balance, settled_at: u64, live: u64) -> Self {
		let seconds = live.saturating_sub(settled_at);
		// Past the largest amount it is past any escrow as well.
		let due = rate.saturating_mul(seconds.into());
		let used_up = rate > 0 && due >= escrow;
		Self {
			due: due.min(escrow),
			state: if used_up {
				ContractState::Suspended
			} else {
				ContractState::Running
			},
			settled_at: live,
		}
	}

	/// The second, later than `now`, in which what is due reaches the escrow if the live clock, which
	/// reads `live` now, runs on without a break; with one, it is later. `None` if it was reached, or
	/// never is.
	///
	/// `rate`, `escrow`, `settled_at` and `live` are those of [`Settlement::of`].
	pub fn funded_until(
		rate: Balance,
		escrow: Balance,
		settled_at: u64,
		live: u64,
		now: u64,
	) -> Option<u64> {
		if rate == 0 {
			return None;
		}
		let seconds = u64::try_from(escrow.div_ceil(rate)).ok()?;
		let left = settled_at.checked_add(seconds)?.checked_sub(live)?;
		// A clock that ends before it is never there.
		now.checked_add(left).filter(|until| *until > now)
	}
}

impl<T: Config> Pallet<T> {
	/// What is due now, or `None` where nothing accrues.
	pub(crate) fn settlement(contract: &ContractOf<T>, node: &NodeOf<T>) -> Option<Settlement> {
		match (contract.state, &contract.running) {
			(ContractState::Running, Some(spec)) => Some(Settlement::of(
				spec.rate,
				contract.escrow,
				contract.settled_at,
				covenant_nodes::Pallet::<T>::live(node),
			)),
			_ => None,
		}
	}

	/// Settles `contract` if it runs; the caller stores it.
	pub(crate) fn do_settle_due(id: ContractId, contract: &mut ContractOf<T>, node: &NodeOf<T>) {
		if let Some(settlement) = Self::settlement(contract, node) {
			Self::do_settle(id, contract, node, settlement);
		}
	}

	/// Pays what is due and moves `contract` on; the caller stores it.
	pub(crate) fn do_settle(
		id: ContractId,
		contract: &mut ContractOf<T>,
		node: &NodeOf<T>,
		settlement: Settlement,
	) {
		let at = covenant_nodes::Pallet::<T>::now();
		let Settlement {
			due,
			state,
			settled_at,
		} = settlement;
		let paid = Self::pay(&contract.owner, &node.operator, due);

		contract.escrow = contract.escrow.saturating_sub(due);
		contract.settled_at = settled_at;
		contract.state = state;
		if state == ContractState::Suspended {
			contract.suspended_at = Some(at);
		}
		Self::deposit_event(Event::Settled {
			contract: id,
			node: contract.node,
			paid,
			escrow: contract.escrow,
			settled_at,
			state,
			at,
		});
	}

	/// Moves `amount` from the owner's escrow to the operator, and answers what arrived: all of
	/// it, or nothing, and then it is the owner's to spend again.
	///
	/// Freezes on the owner do not matter: what is in escrow was promised to the node.
	fn pay(owner: &T::AccountId, operator: &T::AccountId, amount: Balance) -> Balance {
		let paid = with_storage_layer(|| {
			T::Currency::transfer_on_hold(
				&HoldReason::Escrow.into(),
				owner,
				operator,
				amount,
				Precision::Exact,
				Restriction::Free,
				Fortitude::Force,
			)
		});
		paid.unwrap_or_else(|_| {
			Self::release(HoldReason::Escrow, owner, amount);
			0
		})
	}

	/// Gives `amount` of what is held for `reason` back to `owner`.
	pub(crate) fn release(reason: HoldReason, owner: &T::AccountId, amount: Balance) {
		if T::Currency::release(&reason.into(), owner, amount, Precision::BestEffort).is_err() {
			defensive!("an account that something is held on can be given its own back; qed");
		}
	}
}
