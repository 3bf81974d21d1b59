//! What must be true before a call changes anything.
//!
//! Each check is a pure reading of the state. A feeless call runs its check twice, once to be
//! free and once to be carried out, so what was let in for nothing cannot fail.

use crate::{
	AgentOf, Attributes, Config, Endpoint, Error, NodeId, NodeOf, NodeState, Pallet, Region,
};
use frame_support::{ensure, traits::Get};
use frame_system::{ensure_signed, pallet_prelude::OriginFor};

impl<T: Config> Pallet<T> {
	/// Whether `origin` is an account for which `check` would let the call succeed.
	pub(crate) fn passes<Loaded>(
		origin: &OriginFor<T>,
		check: impl FnOnce(&T::AccountId) -> Result<Loaded, Error<T>>,
	) -> bool {
		ensure_signed(origin.clone()).is_ok_and(|who| check(&who).is_ok())
	}

	/// The node `id`, if `who` is the account it named as its agent and serves no other node.
	pub(crate) fn check_serve(who: &T::AccountId, id: NodeId) -> Result<NodeOf<T>, Error<T>> {
		let node = Self::node(id)?;
		ensure_not_retired::<T>(&node)?;
		ensure!(
			node.named_agent.as_ref() == Some(who),
			Error::<T>::NotNamedAgent
		);
		ensure!(
			!AgentOf::<T>::contains_key(who),
			Error::<T>::AgentServesAnotherNode
		);
		Ok(node)
	}

	/// The node `id`, if `who` is its agent and its last sign of life is half a period ago.
	pub(crate) fn check_heartbeat(who: &T::AccountId, id: NodeId) -> Result<NodeOf<T>, Error<T>> {
		let node = Self::served_by(who, id)?;
		ensure_not_retired::<T>(&node)?;
		Self::ensure_half_period_since(node.last_seen)?;
		Ok(node)
	}

	/// The node `id`, if `who` is its agent, `endpoint` is news, and the last news is half a
	/// period ago.
	pub(crate) fn check_announce(
		who: &T::AccountId,
		id: NodeId,
		endpoint: &Endpoint,
	) -> Result<NodeOf<T>, Error<T>> {
		let node = Self::served_by(who, id)?;
		ensure_not_retired::<T>(&node)?;
		ensure_text::<T>(endpoint)?;
		ensure!(&node.endpoint != endpoint, Error::<T>::EndpointUnchanged);
		Self::ensure_half_period_since(node.announced_at)?;
		Ok(node)
	}

	fn served_by(who: &T::AccountId, id: NodeId) -> Result<NodeOf<T>, Error<T>> {
		let node = Self::node(id)?;
		ensure!(node.agent.as_ref() == Some(who), Error::<T>::NotAgent);
		Ok(node)
	}

	fn ensure_half_period_since(last: Option<u64>) -> Result<(), Error<T>> {
		let free_again = last.map_or(0, |at| at.saturating_add(T::HeartbeatPeriod::get() / 2));
		ensure!(Self::now() >= free_again, Error::<T>::TooSoon);
		Ok(())
	}

	/// The node `id`, if `who` is its operator and it is not retired.
	pub(crate) fn managed_by(who: &T::AccountId, id: NodeId) -> Result<NodeOf<T>, Error<T>> {
		let node = Self::operated_by(who, id)?;
		ensure_not_retired::<T>(&node)?;
		Ok(node)
	}

	/// The node `id`, if `who` is its operator.
	pub(crate) fn operated_by(who: &T::AccountId, id: NodeId) -> Result<NodeOf<T>, Error<T>> {
		let node = Self::node(id)?;
		ensure!(&node.operator == who, Error::<T>::NotOperator);
		Ok(node)
	}
}

fn ensure_not_retired<T: Config>(node: &NodeOf<T>) -> Result<(), Error<T>> {
	ensure!(node.state != NodeState::Retired, Error::<T>::NodeIsRetired);
	Ok(())
}

/// Refuses what explorers and clients could not show or tell apart.
pub(crate) fn ensure_description<T: Config>(
	region: &Region,
	attributes: &Attributes,
) -> Result<(), Error<T>> {
	ensure_text::<T>(region)?;
	for (index, attribute) in attributes.iter().enumerate() {
		ensure_text::<T>(&attribute.key)?;
		ensure_text::<T>(&attribute.value)?;
		let earlier = &attributes[..index];
		ensure!(
			earlier.iter().all(|other| other.key != attribute.key),
			Error::<T>::DuplicateAttribute
		);
	}
	Ok(())
}

pub(crate) fn ensure_text<T: Config>(bytes: &[u8]) -> Result<(), Error<T>> {
	let text = core::str::from_utf8(bytes).map_err(|_| Error::<T>::NotText)?;
	ensure!(!text.chars().any(char::is_control), Error::<T>::NotText);
	Ok(())
}
