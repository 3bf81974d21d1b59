//! Rebuilds the storage of nodes from events alone. The tests of contracts include this file, and
//! tell it what their own events change.

use super::nodes::{
	AgentOf, Config, Event, NextNode, Node, NodeId, NodeOf, NodeState, Nodes, Resources,
};
use std::collections::BTreeMap;

pub struct NodesReplay<T: Config> {
	next: NodeId,
	nodes: BTreeMap<NodeId, NodeOf<T>>,
	agents: BTreeMap<T::AccountId, NodeId>,
}

impl<T: Config> Default for NodesReplay<T> {
	fn default() -> Self {
		Self {
			next: 1,
			nodes: BTreeMap::new(),
			agents: BTreeMap::new(),
		}
	}
}

impl<T: Config> NodesReplay<T> {
	pub fn apply(&mut self, event: Event<T>) {
		match event {
			Event::NodeRegistered {
				node,
				operator,
				agent,
				sealing,
				resources,
				prices,
				region,
				attributes,
				endpoint,
				deposit,
			} => {
				let new = Node {
					operator,
					named_agent: Some(agent),
					agent: None,
					sealing,
					total: resources,
					reserved: Resources::default(),
					prices,
					region,
					attributes,
					endpoint,
					announced_at: None,
					state: NodeState::Active,
					live: 0,
					last_seen: None,
					contracts: 0,
					deposit,
				};
				assert!(
					self.nodes.insert(node, new).is_none(),
					"node {node} registers once"
				);
				self.next = node + 1;
			}
			Event::NodeUpdated {
				node,
				resources,
				prices,
				region,
				attributes,
			} => {
				let node = self.node(node);
				node.total = resources;
				node.prices = prices;
				node.region = region;
				node.attributes = attributes;
			}
			Event::Served {
				node: id,
				agent,
				live,
				last_seen,
			} => {
				if let Some(before) = self.node(id).agent.take() {
					assert_eq!(self.agents.remove(&before), Some(id));
				}
				self.agents.insert(agent.clone(), id);
				let node = self.node(id);
				node.named_agent = None;
				node.agent = Some(agent);
				node.live = live;
				node.last_seen = Some(last_seen);
			}
			Event::Heartbeat {
				node,
				live,
				last_seen,
			} => {
				let node = self.node(node);
				node.live = live;
				node.last_seen = Some(last_seen);
			}
			Event::Announced {
				node,
				endpoint,
				announced_at,
			} => {
				let node = self.node(node);
				node.endpoint = endpoint;
				node.announced_at = Some(announced_at);
			}
			Event::NodeStateSet { node, state, live } => {
				let node = self.node(node);
				node.state = state;
				node.live = live;
			}
			Event::AgentRotated {
				node,
				named_agent,
				sealing,
			} => {
				let node = self.node(node);
				node.named_agent = named_agent;
				node.sealing = sealing;
			}
			Event::NodeRemoved { node: id, deposit } => {
				let node = self.nodes.remove(&id).expect("a node is removed once");
				assert_eq!((node.contracts, node.deposit), (0, deposit));
				if let Some(agent) = node.agent {
					assert_eq!(self.agents.remove(&agent), Some(id));
				}
			}
			Event::__Ignore(..) => unreachable!("never made"),
		}
	}

	pub fn node(&mut self, id: NodeId) -> &mut NodeOf<T> {
		self.nodes
			.get_mut(&id)
			.unwrap_or_else(|| panic!("an event of node {id}, never registered"))
	}

	pub fn assert_is_storage(&self) {
		assert_eq!(
			self.next,
			NextNode::<T>::get(),
			"NextNode from events and in storage"
		);
		assert_eq!(
			self.nodes,
			Nodes::<T>::iter().collect(),
			"Nodes from events and in storage"
		);
		assert_eq!(
			self.agents,
			AgentOf::<T>::iter().collect(),
			"AgentOf from events and in storage"
		);
	}
}
