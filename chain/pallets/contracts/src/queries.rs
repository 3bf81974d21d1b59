//! What is asked of this pallet without a call, answered by what the calls use.

use crate::{Capacity, Config, ContractId, ContractState, Funds, NodeId, Pallet, Settlement};
use covenant_nodes::NodeState;

impl<T: Config> Pallet<T> {
	/// What the contract `id` owes by now, and for how long its escrow lasts; `None` if it is not
	/// open.
	pub fn funds(id: ContractId) -> Option<Funds> {
		let (contract, node) = Self::placed(id).ok()?;
		let live = covenant_nodes::Pallet::<T>::live(&node);
		let settled = Self::settlement(&contract, &node);
		let (due, state) =
			settled.map_or((0, contract.state), |settled| (settled.due, settled.state));
		let runs_on = state == ContractState::Running && node.state != NodeState::Retired;
		let funded_until = contract.running.filter(|_| runs_on).and_then(|spec| {
			Settlement::funded_until(
				spec.rate,
				contract.escrow,
				contract.settled_at,
				live,
				covenant_nodes::Pallet::<T>::now(),
			)
		});
		Some(Funds {
			due,
			state,
			funded_until,
			grace_until: Self::grace_until(&contract),
		})
	}

	/// What the node `id` has left to give; `None` if there is none of this id.
	pub fn capacity(id: NodeId) -> Option<Capacity> {
		let node = covenant_nodes::Pallet::<T>::node(id).ok()?;
		Some(Capacity {
			free: node.free(),
			takes_offers: Self::ensure_takes_offers(&node).is_ok(),
		})
	}
}
