//! Rebuilds the storage of contracts, and with it that of nodes, from events alone.

use super::nodes_replay::NodesReplay;
use crate::*;
use std::collections::BTreeMap;

pub struct Replay<T: Config> {
	nodes: NodesReplay<T>,
	next: ContractId,
	contracts: BTreeMap<ContractId, ContractOf<T>>,
	tombstones: BTreeMap<ContractId, TombstoneOf<T>>,
	bodies: BTreeMap<BodyHash, BodyOf<T>>,
	body_deposits: BTreeMap<(BodyHash, T::AccountId), Balance>,
}

impl<T: Config> Default for Replay<T> {
	fn default() -> Self {
		Self {
			nodes: NodesReplay::default(),
			next: 1,
			contracts: BTreeMap::new(),
			tombstones: BTreeMap::new(),
			bodies: BTreeMap::new(),
			body_deposits: BTreeMap::new(),
		}
	}
}

impl<T: Config> Replay<T> {
	pub fn apply_nodes(&mut self, event: covenant_nodes::Event<T>) {
		self.nodes.apply(event);
	}

	pub fn apply(&mut self, event: Event<T>) {
		match event {
			Event::BodyNoted {
				hash,
				who,
				bytes,
				deposit,
			} => {
				let new = Body {
					bytes,
					holders: 0,
					references: 0,
				};
				self.bodies.entry(hash).or_insert(new).holders += 1;
				self.body_deposits.insert((hash, who), deposit);
			}
			Event::BodyDropped { hash, who } => {
				self.body(hash).holders -= 1;
				self.body_deposits
					.remove(&(hash, who))
					.expect("only a holder drops a body");
			}
			Event::BodyRemoved { hash } => {
				let body = self.bodies.remove(&hash).expect("a body is removed once");
				assert_eq!((body.holders, body.references), (0, 0));
			}
			Event::Created {
				contract,
				owner,
				node,
				version,
				body,
				resources,
				rate,
				sealing_version,
				escrow,
				deposit,
				body_deposit,
				deadline,
				created_at,
			} => {
				let spec = Spec {
					version,
					body,
					resources,
					rate,
					sealing_version,
					deposit: body_deposit,
				};
				self.body(body).references += 1;
				self.nodes.node(node).contracts += 1;
				let new = Contract {
					owner,
					node,
					state: ContractState::Offered,
					running: None,
					pending: Some(Offer { spec, deadline }),
					version,
					escrow,
					settled_at: 0,
					suspended_at: None,
					network_key: None,
					created_at,
					deposit,
					report: None,
				};
				assert!(
					self.contracts.insert(contract, new).is_none(),
					"ids are used once"
				);
				self.next = contract + 1;
			}
			Event::Accepted {
				contract,
				node,
				version,
				body,
				network_key,
				settled_at,
			} => {
				let contract = self.contract(contract);
				let spec = contract.pending.take().expect("an offer is accepted").spec;
				assert_eq!((spec.version, spec.body), (version, body));
				contract.state = ContractState::Running;
				let before = contract.running.replace(spec);
				contract.network_key = Some(network_key);
				contract.settled_at = settled_at;
				let less = before.map_or_else(Resources::default, |spec| spec.resources);
				let node = self.nodes.node(node);
				node.reserved = node.reserved_after(less, spec.resources).expect("it fits");
				if let Some(before) = before {
					self.body(before.body).references -= 1;
				}
			}
			Event::UpdateOffered {
				contract,
				version,
				body,
				resources,
				rate,
				sealing_version,
				deposit,
				deadline,
				..
			} => {
				let spec = Spec {
					version,
					body,
					resources,
					rate,
					sealing_version,
					deposit,
				};
				let contract = self.contract(contract);
				contract.version = version;
				let before = contract.pending.replace(Offer { spec, deadline });
				self.body(body).references += 1;
				if let Some(before) = before {
					self.body(before.spec.body).references -= 1;
				}
			}
			Event::UpdateDropped {
				contract, version, ..
			} => {
				let before = self.contract(contract).pending.take().expect("one pends");
				assert_eq!(before.spec.version, version);
				self.body(before.spec.body).references -= 1;
			}
			// What follows from it is in Closed or UpdateDropped.
			Event::Declined { .. } => {}
			Event::ToppedUp {
				contract,
				escrow,
				settled_at,
				state,
				..
			} => {
				let contract = self.contract(contract);
				contract.escrow = escrow;
				contract.settled_at = settled_at;
				contract.state = state;
				contract.suspended_at = None;
			}
			Event::Reported {
				contract,
				health,
				at,
				..
			} => self.contract(contract).report = Some(Report { health, at }),
			Event::Pruned { contract, deposit } => {
				let before = self.tombstones.remove(&contract);
				assert_eq!(before.expect("pruned once").deposit, deposit);
			}
			Event::Settled {
				contract,
				escrow,
				settled_at,
				state,
				at,
				..
			} => {
				let contract = self.contract(contract);
				contract.escrow = escrow;
				contract.settled_at = settled_at;
				contract.state = state;
				contract.suspended_at = (state == ContractState::Suspended).then_some(at);
			}
			Event::Closed {
				contract: id,
				node,
				reason,
				tombstone_deposit,
				closed_at,
				..
			} => {
				let contract = self.contracts.remove(&id).expect("a contract closes once");
				for spec in contract.specs() {
					self.body(spec.body).references -= 1;
				}
				let last = contract.specs().next().expect("a contract has a spec");
				let left = Tombstone {
					owner: contract.owner.clone(),
					node,
					reason,
					closed_at,
					version: contract.version,
					body: last.body,
					deposit: tombstone_deposit,
				};
				self.tombstones.insert(id, left);
				let node = self.nodes.node(node);
				node.contracts -= 1;
				node.reserved = node
					.reserved
					.checked_sub(contract.reserved())
					.expect("reserved");
			}
			Event::__Ignore(..) => unreachable!("never made"),
		}
	}

	pub fn contract(&mut self, id: ContractId) -> &mut ContractOf<T> {
		self.contracts
			.get_mut(&id)
			.unwrap_or_else(|| panic!("an event of {id}, never created"))
	}

	fn body(&mut self, hash: BodyHash) -> &mut BodyOf<T> {
		self.bodies
			.get_mut(&hash)
			.unwrap_or_else(|| panic!("an event of {hash}, never noted"))
	}

	pub fn assert_is_storage(&self) {
		self.nodes.assert_is_storage();
		assert_eq!(self.next, NextContract::<T>::get(), "NextContract");
		assert_eq!(
			self.contracts,
			Contracts::<T>::iter().collect(),
			"Contracts"
		);
		assert_eq!(
			self.tombstones,
			Tombstones::<T>::iter().collect(),
			"Tombstones"
		);
		assert_eq!(self.bodies, Bodies::<T>::iter().collect(), "Bodies");
		let body_deposits = BodyDeposits::<T>::iter()
			.map(|(hash, who, deposit)| ((hash, who), deposit))
			.collect();
		assert_eq!(self.body_deposits, body_deposits, "BodyDeposits");
	}
}
