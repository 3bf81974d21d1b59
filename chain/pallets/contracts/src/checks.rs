//! What must be true before a call changes anything.
//!
//! Each check is a pure reading of the state. A feeless call runs its check twice, once to be
//! free and once to be carried out, so what was let in for nothing cannot fail.

use crate::{
	settlement::Settlement, Balance, BodyHash, CloseReason, Config, ContractId, ContractOf,
	ContractState, Contracts, Error, Offer, Pallet, Spec, TombstoneOf, Tombstones,
};
use covenant_nodes::{NodeId, NodeOf, NodeState, Resources};
use frame_support::{ensure, traits::Get};
use frame_system::{ensure_signed, pallet_prelude::OriginFor};
use sp_runtime::{ArithmeticError, DispatchError};

/// A contract and the node it is on.
pub(crate) type Placed<T> = (ContractOf<T>, NodeOf<T>);

/// What an owner asks of a node, and the most that it may cost.
pub(crate) struct Terms {
	pub body: BodyHash,
	pub resources: Resources,
	pub max_rate: Balance,
	pub deadline: u64,
}

impl<T: Config> Pallet<T> {
	/// Whether `origin` is an account for which `check` would let the call succeed.
	pub(crate) fn passes<Loaded>(
		origin: &OriginFor<T>,
		check: impl FnOnce(&T::AccountId) -> Result<Loaded, DispatchError>,
	) -> bool {
		ensure_signed(origin.clone()).is_ok_and(|who| check(&who).is_ok())
	}

	/// The first spec of a contract for `node`.
	pub(crate) fn check_create(node: NodeId, terms: Terms) -> Result<Offer, DispatchError> {
		let node = covenant_nodes::Pallet::<T>::node(node)?;
		Self::check_terms(&node, 1, terms)
	}

	/// The contract, its node, and the spec that `who`, its owner, would offer after version `base`.
	pub(crate) fn check_update(
		who: &T::AccountId,
		id: ContractId,
		base: u32,
		terms: Terms,
	) -> Result<(Placed<T>, Offer), DispatchError> {
		let placed = Self::owned_by(who, id)?;
		let (contract, node) = &placed;
		ensure!(contract.version == base, Error::<T>::StaleBase);
		Self::ensure_funded(contract, node)?;
		let version = contract.version.checked_add(1);
		let version = version.ok_or(ArithmeticError::Overflow)?;
		let offer = Self::check_terms(node, version, terms)?;
		Ok((placed, offer))
	}

	/// A spec for `node`, at its price of this moment, and for the version of its sealing key.
	fn check_terms(
		node: &NodeOf<T>,
		version: u32,
		Terms {
			body,
			resources,
			max_rate,
			deadline,
		}: Terms,
	) -> Result<Offer, DispatchError> {
		Self::ensure_takes_offers(node)?;

		let rate = resources
			.rate(&node.prices)
			.ok_or(Error::<T>::RateOverflow)?;
		ensure!(rate <= max_rate, Error::<T>::RateAboveMax);

		let now = covenant_nodes::Pallet::<T>::now();
		ensure!(deadline > now, Error::<T>::DeadlinePassed);
		ensure!(
			deadline <= now.saturating_add(T::MaxDeadline::get()),
			Error::<T>::DeadlineTooFar
		);

		let sealing_version = node.sealing.version;
		Ok(Offer {
			spec: Spec {
				version,
				body,
				resources,
				rate,
				sealing_version,
				// Known once the body is looked at.
				deposit: 0,
			},
			deadline,
		})
	}

	/// Refuses a node that is not there to answer, or that its operator is emptying.
	pub(crate) fn ensure_takes_offers(node: &NodeOf<T>) -> Result<(), Error<T>> {
		ensure!(node.state == NodeState::Active, Error::<T>::NodeNotActive);
		ensure!(
			covenant_nodes::Pallet::<T>::is_seen(node),
			Error::<T>::NodeNotSeen
		);
		Ok(())
	}

	/// The contract, its node, and the spec that `who`, the node's agent, would accept.
	pub(crate) fn check_accept(
		who: &T::AccountId,
		id: ContractId,
		version: u32,
		body: BodyHash,
	) -> Result<(Placed<T>, Spec), DispatchError> {
		let (placed, offer) = Self::offered_to(who, id, version)?;
		let spec = offer.spec;
		ensure!(spec.body == body, Error::<T>::WrongBody);
		ensure!(
			covenant_nodes::Pallet::<T>::now() <= offer.deadline,
			Error::<T>::OfferExpired
		);
		let (contract, node) = &placed;
		ensure!(
			node.state != NodeState::Retired,
			covenant_nodes::Error::<T>::NodeIsRetired
		);
		Self::ensure_funded(contract, node)?;
		ensure!(
			spec.sealing_version == node.sealing.version,
			Error::<T>::SealingKeyChanged
		);
		ensure!(
			node.reserved_after(contract.reserved(), spec.resources)
				.is_some(),
			covenant_nodes::Error::<T>::CapacityExceeded
		);
		Ok((placed, spec))
	}

	/// The contract whose offer `who`, the node's agent, would decline, and its node.
	pub(crate) fn check_decline(
		who: &T::AccountId,
		id: ContractId,
		version: u32,
	) -> Result<Placed<T>, DispatchError> {
		let (placed, _) = Self::offered_to(who, id, version)?;
		Ok(placed)
	}

	/// The contract that `who`, the node's agent, would end, and its node.
	pub(crate) fn check_terminate(
		who: &T::AccountId,
		id: ContractId,
	) -> Result<Placed<T>, DispatchError> {
		let placed = Self::served_by(who, id)?;
		ensure!(placed.0.running.is_some(), Error::<T>::NotAccepted);
		Ok(placed)
	}

	/// The contract that `who`, the node's agent, would tell the health of: one that runs, and of
	/// which it said nothing for a [`Config::ReportPeriod`].
	pub(crate) fn check_report(
		who: &T::AccountId,
		id: ContractId,
	) -> Result<ContractOf<T>, DispatchError> {
		let (contract, _) = Self::served_by(who, id)?;
		ensure!(
			contract.state == ContractState::Running,
			Error::<T>::NotRunning
		);
		let may_again = contract
			.report
			.map_or(0, |report| report.at.saturating_add(T::ReportPeriod::get()));
		ensure!(
			covenant_nodes::Pallet::<T>::now() >= may_again,
			Error::<T>::ReportedTooSoon
		);
		Ok(contract)
	}

	/// The contract and its node, if `who` is its owner and an update is beside what runs.
	pub(crate) fn check_withdraw_update(
		who: &T::AccountId,
		id: ContractId,
	) -> Result<Placed<T>, DispatchError> {
		let placed = Self::owned_by(who, id)?;
		let contract = &placed.0;
		ensure!(
			contract.running.is_some() && contract.pending.is_some(),
			Error::<T>::NoUpdate
		);
		Ok(placed)
	}

	/// The contract whose offer or update was not answered in time, and its node.
	pub(crate) fn check_expire(id: ContractId) -> Result<Placed<T>, DispatchError> {
		let placed = Self::placed(id)?;
		let offer = placed.0.pending.ok_or(Error::<T>::NothingOffered)?;
		ensure!(
			covenant_nodes::Pallet::<T>::now() > offer.deadline,
			Error::<T>::NotExpired
		);
		Ok(placed)
	}

	/// The contract that anyone may end, its node, and why: it is suspended for a
	/// [`Config::SuspensionGrace`], or its node is retired.
	pub(crate) fn check_close(id: ContractId) -> Result<(Placed<T>, CloseReason), DispatchError> {
		let placed = Self::placed(id)?;
		let (contract, node) = &placed;
		let grace_over = Self::grace_until(contract)
			.is_some_and(|until| covenant_nodes::Pallet::<T>::now() >= until);
		let reason = if grace_over {
			CloseReason::OutOfFunds
		} else if node.state == NodeState::Retired {
			CloseReason::NodeRetired
		} else {
			return Err(Error::<T>::NotClosable.into());
		};
		Ok((placed, reason))
	}

	/// When anyone may close `contract`, if it is suspended and stays so.
	pub(crate) fn grace_until(contract: &ContractOf<T>) -> Option<u64> {
		let suspended_at = contract.suspended_at?;
		Some(suspended_at.saturating_add(T::SuspensionGrace::get()))
	}

	/// The contract that would get `amount` more, and its node. One that is suspended, or would be
	/// at this moment, needs enough to go on for a window: less would be used up before the node
	/// has shown that it is there, and could keep its capacity taken for next to nothing.
	pub(crate) fn check_top_up(
		id: ContractId,
		amount: Balance,
	) -> Result<Placed<T>, DispatchError> {
		let placed = Self::placed(id)?;
		let (contract, node) = &placed;
		let least = match contract.running {
			Some(spec) if Self::ensure_funded(contract, node).is_err() => spec
				.rate
				.saturating_mul(<T as covenant_nodes::Config>::Window::get().into()),
			_ => 0,
		};
		ensure!(amount >= least.max(1), Error::<T>::TopUpTooSmall);
		Ok(placed)
	}

	/// The tombstone that anyone may take away.
	pub(crate) fn check_prune(id: ContractId) -> Result<TombstoneOf<T>, DispatchError> {
		let tombstone = Tombstones::<T>::get(id).ok_or(Error::<T>::TombstoneNotFound)?;
		let prunable_at = tombstone
			.closed_at
			.saturating_add(T::TombstonePeriod::get());
		ensure!(
			covenant_nodes::Pallet::<T>::now() >= prunable_at,
			Error::<T>::PrunedTooSoon
		);
		Ok(tombstone)
	}

	/// The contract and its node, if `who` is its owner.
	pub(crate) fn owned_by(who: &T::AccountId, id: ContractId) -> Result<Placed<T>, DispatchError> {
		let placed = Self::placed(id)?;
		ensure!(&placed.0.owner == who, Error::<T>::NotOwner);
		Ok(placed)
	}

	/// The contract, its node and what is due to it, if there is something to pay for.
	pub(crate) fn check_settle(id: ContractId) -> Result<(Placed<T>, Settlement), DispatchError> {
		let placed = Self::placed(id)?;
		let settlement = Self::settlement(&placed.0, &placed.1).ok_or(Error::<T>::NotRunning)?;
		Ok((placed, settlement))
	}

	/// Whether `who` settles for nothing: the node's agent does when that suspends the contract, or
	/// when the last settlement is a [`Config::SettlePeriod`] of the live clock ago.
	pub(crate) fn settles_freely(who: &T::AccountId, id: ContractId) -> bool {
		let Ok(((contract, node), settlement)) = Self::check_settle(id) else {
			return false;
		};
		let seconds = settlement.settled_at.saturating_sub(contract.settled_at);
		node.agent.as_ref() == Some(who)
			&& (settlement.state == ContractState::Suspended || seconds >= T::SettlePeriod::get())
	}

	fn offered_to(
		who: &T::AccountId,
		id: ContractId,
		version: u32,
	) -> Result<(Placed<T>, Offer), DispatchError> {
		let placed = Self::served_by(who, id)?;
		let offer = placed.0.pending.ok_or(Error::<T>::NothingOffered)?;
		ensure!(offer.spec.version == version, Error::<T>::WrongVersion);
		Ok((placed, offer))
	}

	fn served_by(who: &T::AccountId, id: ContractId) -> Result<Placed<T>, DispatchError> {
		let placed = Self::placed(id)?;
		ensure!(placed.1.agent.as_ref() == Some(who), Error::<T>::NotAgent);
		Ok(placed)
	}

	/// Refuses what is suspended, and what would be if it were settled now.
	fn ensure_funded(contract: &ContractOf<T>, node: &NodeOf<T>) -> Result<(), Error<T>> {
		let state = Self::settlement(contract, node).map_or(contract.state, |due| due.state);
		ensure!(
			state != ContractState::Suspended,
			Error::<T>::ContractSuspended
		);
		Ok(())
	}

	pub(crate) fn placed(id: ContractId) -> Result<Placed<T>, DispatchError> {
		let contract = Contracts::<T>::get(id).ok_or(Error::<T>::ContractNotFound)?;
		let node = covenant_nodes::Pallet::<T>::node(contract.node)?;
		Ok((contract, node))
	}
}
