//! What the contracts pallet asks of nodes: the clock, the live reading, and the account of what
//! is taken. Nothing here emits an event: the contract's own event says what changed.

use crate::{Config, Error, NodeId, NodeOf, Nodes, Pallet, Resources};
use frame_support::traits::{Defensive, Get, UnixTime};
use sp_runtime::DispatchError;

impl<T: Config> Pallet<T> {
	/// The time in chain seconds.
	pub fn now() -> u64 {
		T::Time::now().as_secs()
	}

	/// The node of that id.
	pub fn node(id: NodeId) -> Result<NodeOf<T>, Error<T>> {
		Nodes::<T>::get(id).ok_or(Error::<T>::NodeNotFound)
	}

	/// What the node's live clock reads now.
	pub fn live(node: &NodeOf<T>) -> u64 {
		node.live_at(Self::now(), T::Window::get())
	}

	/// Whether the node gave a sign of life within the last window.
	pub fn is_seen(node: &NodeOf<T>) -> bool {
		node.is_seen(Self::now(), T::Window::get())
	}

	/// Counts a new contract on the node. An offer reserves nothing.
	pub fn contract_opened(id: NodeId) -> Result<(), DispatchError> {
		Self::change(id, |node| {
			node.contracts = node.contracts.saturating_add(1);
			Ok(())
		})
	}

	/// Takes `more` of the node's capacity for a contract in the place of `less`, which it had
	/// taken before; or changes nothing.
	pub fn reserve(id: NodeId, less: Resources, more: Resources) -> Result<(), DispatchError> {
		Self::change(id, |node| {
			node.reserved = node
				.reserved_after(less, more)
				.ok_or(Error::<T>::CapacityExceeded)?;
			Ok(())
		})
	}

	/// Counts a contract of the node as closed, and gives back what it had reserved. Never fails:
	/// nothing on a node may keep a contract from closing.
	pub fn contract_closed(id: NodeId, reserved: Resources) {
		Nodes::<T>::mutate_extant(id, |node| {
			node.contracts = node.contracts.saturating_sub(1);
			let rest = node.reserved.checked_sub(reserved);
			if let Some(rest) = rest.defensive_proof("reserve() added what is given back; qed") {
				node.reserved = rest;
			}
		});
	}

	fn change(
		id: NodeId,
		change: impl FnOnce(&mut NodeOf<T>) -> Result<(), DispatchError>,
	) -> Result<(), DispatchError> {
		Nodes::<T>::try_mutate(id, |node| {
			change(node.as_mut().ok_or(Error::<T>::NodeNotFound)?)
		})
	}
}
