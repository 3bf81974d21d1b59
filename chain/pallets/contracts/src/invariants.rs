//! What is true of this pallet's storage, and of what it keeps with nodes, after every call.

use crate::{
	Balance, Bodies, BodyDeposits, BodyHash, Config, ContractOf, ContractState, Contracts,
	HoldReason, NextContract, Pallet, Tombstones,
};
use alloc::{collections::BTreeMap, vec::Vec};
use covenant_nodes::{NodeId, Nodes, Resources};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::{
	traits::{BlakeTwo256, Hash},
	TryRuntimeError,
};

/// What should be held on each account for each reason.
type Held<T> = BTreeMap<(<T as frame_system::Config>::AccountId, u8), (HoldReason, Balance)>;

impl<T: Config> Pallet<T> {
	/// Fails with the first invariant that storage breaks. Reads all of this pallet's storage.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let mut held = Held::<T>::new();
		let mut hold = |owner: T::AccountId, reason: HoldReason, amount: Balance| {
			held.entry((owner, reason as u8)).or_insert((reason, 0)).1 += amount;
		};
		let mut tenants: BTreeMap<NodeId, (u32, Resources)> = BTreeMap::new();
		let mut references: BTreeMap<BodyHash, u32> = BTreeMap::new();
		let mut holders: BTreeMap<BodyHash, u32> = BTreeMap::new();

		for (id, contract) in Contracts::<T>::iter() {
			ensure!(
				(1..NextContract::<T>::get()).contains(&id),
				"ids run from 1 to the next"
			);
			ensure!(
				!Tombstones::<T>::contains_key(id),
				"a contract is open or has ended"
			);
			Self::check_contract(&contract)?;
			for spec in contract.specs() {
				*references.entry(spec.body).or_default() += 1;
			}
			let (count, reserved) = tenants.entry(contract.node).or_default();
			*count += 1;
			*reserved = reserved
				.checked_add(contract.reserved())
				.ok_or("reserved is a sum of u32")?;
			let deposits = contract.deposits();
			hold(contract.owner.clone(), HoldReason::Escrow, contract.escrow);
			hold(contract.owner, HoldReason::Contract, deposits);
		}
		for (id, tombstone) in Tombstones::<T>::iter() {
			ensure!(
				(1..NextContract::<T>::get()).contains(&id),
				"ids run from 1 to the next"
			);
			hold(tombstone.owner, HoldReason::Tombstone, tombstone.deposit);
		}
		for (hash, holder, deposit) in BodyDeposits::<T>::iter() {
			*holders.entry(hash).or_default() += 1;
			hold(holder, HoldReason::Body, deposit);
		}

		for (id, node) in Nodes::<T>::iter() {
			ensure!(
				tenants.remove(&id).unwrap_or_default() == (node.contracts, node.reserved),
				"a node counts its unclosed contracts, and reserves the sum of what they run"
			);
		}
		ensure!(tenants.is_empty(), "every contract is on a node");
		for (hash, body) in Bodies::<T>::iter() {
			ensure!(
				BlakeTwo256::hash(&body.bytes) == hash,
				"a body is stored under its hash"
			);
			ensure!(
				body.holders + body.references > 0,
				"a body nobody needs is removed"
			);
			ensure!(
				holders.remove(&hash).unwrap_or_default() == body.holders,
				"a body's holders are those who left a deposit"
			);
			ensure!(
				references.remove(&hash).unwrap_or_default() == body.references,
				"a body's references are the specs that name it"
			);
		}
		ensure!(
			holders.is_empty() && references.is_empty(),
			"every body that is named is there"
		);
		for ((owner, _), (reason, amount)) in held {
			ensure!(
				T::Currency::balance_on_hold(&reason.into(), &owner) == amount,
				"what is held is the sum of escrows and deposits"
			);
		}
		Ok(())
	}

	fn check_contract(contract: &ContractOf<T>) -> Result<(), TryRuntimeError> {
		let shape = (contract.running.is_some(), contract.pending.is_some());
		match contract.state {
			ContractState::Offered => {
				ensure!(
					shape == (false, true),
					"an offer is pending, and nothing runs"
				);
				ensure!(
					contract.network_key.is_none() && contract.report.is_none(),
					"an offer has no network key, and nothing is known of how it does"
				);
			}
			ContractState::Running | ContractState::Suspended => {
				ensure!(shape.0, "what was accepted runs, or is suspended");
				ensure!(
					contract.network_key.is_some(),
					"accepting sets the network key"
				);
			}
		}
		let suspended = contract.state == ContractState::Suspended;
		ensure!(
			contract.suspended_at.is_some() == suspended,
			"Suspended knows since when"
		);
		ensure!(
			!suspended || contract.escrow == 0,
			"Suspended has nothing left"
		);
		let versions: Vec<u32> = contract.specs().map(|spec| spec.version).collect();
		ensure!(
			versions.is_sorted_by(|running, pending| running < pending)
				&& versions
					.iter()
					.all(|version| (1..=contract.version).contains(version)),
			"version counts every spec, and an update is later than what runs"
		);
		ensure!(
			contract
				.pending
				.is_none_or(|offer| offer.spec.version == contract.version),
			"what is pending is the latest that was offered"
		);
		ensure!(
			covenant_nodes::Pallet::<T>::node(contract.node)
				.is_ok_and(|node| contract.settled_at <= covenant_nodes::Pallet::<T>::live(&node)),
			"nothing is paid ahead of the live clock"
		);
		Ok(())
	}
}
