//! What must be true before a call changes anything.
//!
//! Each check is a pure reading of the state. A feeless call runs its check twice, once to be
//! free and once to be carried out, so what was let in for nothing cannot fail.

use crate::{
	settlement::Settlement, Balance, BodyHash, Config, ContractId, ContractOf, ContractState,
	Contracts, Error, Offer, Pallet, Spec,
};
use covenant_nodes::{NodeId, NodeOf, NodeState, Resources};
use frame_support::{ensure, traits::Get};
use frame_system::{ensure_signed, pallet_prelude::OriginFor};
use sp_runtime::DispatchError;

/// A contract and the node it is on.
pub(crate) type Placed<T> = (ContractOf<T>, NodeOf<T>);

impl<T: Config> Pallet<T> {
	/// Whether `origin` is an account for which `check` would let the call succeed.
	pub(crate) fn passes<Loaded>(
		origin: &OriginFor<T>,
		check: impl FnOnce(&T::AccountId) -> Result<Loaded, DispatchError>,
	) -> bool {
		ensure_signed(origin.clone()).is_ok_and(|who| check(&who).is_ok())
	}

	/// The first spec of a contract for `node`, at its price of this moment, and the version of
	/// its sealing key.
	pub(crate) fn check_create(
		node: NodeId,
		body: BodyHash,
		resources: Resources,
		max_rate: Balance,
		deadline: u64,
	) -> Result<Offer, DispatchError> {
		let node = covenant_nodes::Pallet::<T>::node(node)?;
		match node.state {
			NodeState::Active => {}
		}
		ensure!(
			covenant_nodes::Pallet::<T>::is_seen(&node),
			Error::<T>::NodeNotSeen
		);

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
				version: 1,
				body,
				resources,
				rate,
				sealing_version,
			},
			deadline,
		})
	}

	/// The contract, its node, and the offer that `who`, the node's agent, would accept.
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
		let node = &placed.1;
		ensure!(
			spec.sealing_version == node.sealing.version,
			Error::<T>::SealingKeyChanged
		);
		ensure!(
			node.reserved_with(spec.resources).is_some(),
			covenant_nodes::Error::<T>::CapacityExceeded
		);
		Ok((placed, spec))
	}

	/// The contract whose offer `who`, the node's agent, would decline.
	pub(crate) fn check_decline(
		who: &T::AccountId,
		id: ContractId,
		version: u32,
	) -> Result<ContractOf<T>, DispatchError> {
		let ((contract, _), _) = Self::offered_to(who, id, version)?;
		Ok(contract)
	}

	/// The contract and its node, if `who` is its owner.
	pub(crate) fn check_cancel(
		who: &T::AccountId,
		id: ContractId,
	) -> Result<Placed<T>, DispatchError> {
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
		let (contract, node) = Self::placed(id)?;
		ensure!(node.agent.as_ref() == Some(who), Error::<T>::NotAgent);
		let offer = contract.pending.ok_or(Error::<T>::NothingOffered)?;
		ensure!(offer.spec.version == version, Error::<T>::WrongVersion);
		Ok(((contract, node), offer))
	}

	fn placed(id: ContractId) -> Result<Placed<T>, DispatchError> {
		let contract = Contracts::<T>::get(id).ok_or(Error::<T>::ContractNotFound)?;
		let node = covenant_nodes::Pallet::<T>::node(contract.node)?;
		Ok((contract, node))
	}
}
