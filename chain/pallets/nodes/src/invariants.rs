//! What is true of this pallet's storage after every call.

use crate::{AgentOf, Balance, Config, HoldReason, NextNode, NodeOf, Nodes, Pallet};
use alloc::collections::BTreeMap;
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Fails with the first invariant that storage breaks. Reads all of this pallet's storage.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let mut deposits: BTreeMap<T::AccountId, Balance> = BTreeMap::new();
		let mut references: BTreeMap<T::AccountId, u32> = BTreeMap::new();

		for (id, node) in Nodes::<T>::iter() {
			ensure!(
				(1..NextNode::<T>::get()).contains(&id),
				"node ids run from 1 to the next"
			);
			Self::check_agent(id, &node)?;
			ensure!(
				node.reserved.fits_in(node.total),
				"a node reserves no more than it has"
			);
			ensure!(
				node.last_seen
					.into_iter()
					.chain(node.announced_at)
					.all(|at| at <= Self::now()),
				"a node was seen in the past"
			);
			*deposits.entry(node.operator).or_default() += node.deposit;
			for agent in node.named_agent.into_iter().chain(node.agent) {
				*references.entry(agent).or_default() += 1;
			}
		}

		for (agent, id) in AgentOf::<T>::iter() {
			ensure!(
				Nodes::<T>::get(id).is_some_and(|node| node.agent == Some(agent)),
				"AgentOf names agents that serve"
			);
		}
		for (operator, deposit) in deposits {
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::Node.into(), &operator) == deposit,
				"what is held for nodes is the sum of their deposits"
			);
		}
		for (agent, count) in references {
			ensure!(
				frame_system::Pallet::<T>::sufficients(&agent) == count,
				"each node gives its agents one reference, and takes it back"
			);
		}
		Ok(())
	}

	fn check_agent(id: crate::NodeId, node: &NodeOf<T>) -> Result<(), TryRuntimeError> {
		match &node.agent {
			Some(agent) => {
				ensure!(node.last_seen.is_some(), "a node that serves has been seen");
				ensure!(
					AgentOf::<T>::get(agent) == Some(id),
					"AgentOf knows each agent's node"
				);
			}
			None => {
				ensure!(
					node.named_agent.is_some(),
					"a node nobody serves waits for its agent"
				);
				ensure!(
					node.last_seen.is_none() && node.live == 0,
					"the live clock stands at 0 until the agent serves"
				);
			}
		}
		ensure!(
			node.agent.is_none() || node.agent != node.named_agent,
			"an agent that serves is not named anew"
		);
		Ok(())
	}
}
