//! Every call of the two pallets, with arguments that mostly fit what there is.

use super::dice::{Dice, AGENTS, BODIES, PEOPLE};
use crate::{mock::*, *};
use covenant_nodes::{Attribute, Attributes, Call as NodesCall, NodeState, Prices, Region};

type Signed = (AccountId, RuntimeCall);

const REASONS: [DeclineReason; 3] = [
	DeclineReason::Policy,
	DeclineReason::Image,
	DeclineReason::Other(255),
];
const HEALTHS: [Health; 4] = [
	Health::Starting,
	Health::Healthy,
	Health::Unhealthy,
	Health::Ended,
];

impl Dice {
	/// Any call; and where little can come of most, more often one that makes more possible.
	pub fn call(&mut self) -> Signed {
		if self.one_in(2) {
			if let Some(call) = self.reviving() {
				return call;
			}
		}
		match self.below(36) {
			0..=1 => {
				let bytes = bounded(self.pick(&BODIES));
				(self.anyone(), Call::note_body { bytes }.into())
			}
			2 => {
				let hash = self.body();
				let holder = BodyDeposits::<Test>::iter_key_prefix(hash).next();
				(self.mostly(holder), Call::drop_body { hash }.into())
			}
			3..=7 => (self.pick(&PEOPLE), self.create()),
			8..=12 => self.accept(),
			13 => self.decline(),
			14 => {
				let contract = self.contract(|_| true);
				(self.owner_of(contract), Call::cancel { contract }.into())
			}
			15..=16 => {
				let contract = self.contract(|open| open.state == ContractState::Running);
				(self.agent_of(contract), Call::settle { contract }.into())
			}
			17..=19 => self.update(),
			20 => {
				let contract =
					self.contract(|open| open.running.is_some() && open.pending.is_some());
				let call = Call::withdraw_update { contract };
				(self.owner_of(contract), call.into())
			}
			21 => {
				let contract = self.contract(|open| open.running.is_some());
				let reason = self.pick(&REASONS);
				let call = Call::terminate { contract, reason };
				(self.agent_of(contract), call.into())
			}
			22 => {
				let contract = self.contract(|open| open.state == ContractState::Running);
				let health = self.pick(&HEALTHS);
				let call = Call::report { contract, health };
				(self.agent_of(contract), call.into())
			}
			23..=24 => self.top_up(),
			25 => {
				let contract =
					self.contract(|open| open.pending.is_some_and(|offer| offer.deadline < now()));
				(self.anyone(), Call::expire { contract }.into())
			}
			26 => {
				let contract = self.contract(|open| {
					open.suspended_at.is_some_and(|at| at + GRACE <= now())
						|| node(open.node).state == NodeState::Retired
				});
				(self.anyone(), Call::close { contract }.into())
			}
			27 => {
				let contract = self.tombstone();
				(self.anyone(), Call::prune { contract }.into())
			}
			_ => self.node_call(),
		}
	}

	/// What is missing for a contract to be made: a node that is there, a body, two contracts, one
	/// that runs.
	fn reviving(&mut self) -> Option<Signed> {
		let mut nodes = covenant_nodes::Nodes::<Test>::iter_values();
		if !nodes.any(|node| node.state == NodeState::Active && Nodes::is_seen(&node)) {
			let away = covenant_nodes::Nodes::<Test>::iter().find_map(|(id, node)| {
				let agent = node.agent.filter(|_| node.state == NodeState::Active)?;
				Some((agent, NodesCall::heartbeat { node: id }.into()))
			});
			let named = covenant_nodes::Nodes::<Test>::iter().find_map(|(id, node)| {
				let agent = node.named_agent.filter(|agent| {
					node.state == NodeState::Active
						&& !covenant_nodes::AgentOf::<Test>::contains_key(agent)
				})?;
				Some((agent, NodesCall::serve { node: id }.into()))
			});
			return Some(away.or(named).unwrap_or_else(|| self.register()));
		}
		if Bodies::<Test>::iter_keys().next().is_none() {
			let bytes = bounded(self.pick(&BODIES));
			return Some((self.pick(&PEOPLE), Call::note_body { bytes }.into()));
		}
		let open = crate::Contracts::<Test>::iter_values();
		let (running, offered) = open.fold((0, 0), |(running, offered), contract| {
			match contract.running {
				Some(_) => (running + 1, offered),
				None => (running, offered + 1),
			}
		});
		match (running, offered) {
			(0 | 1, 1..) => Some(self.accept()),
			(_, 0) => Some((self.pick(&PEOPLE), self.create())),
			_ => None,
		}
	}

	/// Mostly one that is here.
	fn body(&mut self) -> BodyHash {
		let here: Vec<BodyHash> = Bodies::<Test>::iter_keys().collect();
		if here.is_empty() || self.one_in(10) {
			return hash_of(b"another");
		}
		self.pick(&here)
	}

	fn resources(&mut self) -> Resources {
		let some = Resources {
			cpu: self.below(2_000) as u32,
			memory: self.below(3_000) as u32,
			gpus: u16::from(self.one_in(5)),
			..Default::default()
		};
		let most = Resources {
			cpu: u32::MAX,
			memory: u32::MAX,
			storage: u32::MAX,
			gpus: u16::MAX,
			public_ipv4: u16::MAX,
		};
		self.or_hostile(some, 20, &[most, Resources::default()])
	}

	fn max_rate(&mut self) -> Balance {
		self.or_hostile(Balance::MAX, 12, &[0, 1])
	}

	fn deadline(&mut self) -> u64 {
		let soon = now() + 1 + self.below(6_000);
		self.or_hostile(soon, 12, &[0, now(), u64::MAX, now() + MAX_DEADLINE])
	}

	fn create(&mut self) -> RuntimeCall {
		let resources = self.resources();
		let rate = resources.rate(&PRICES).unwrap_or_default();
		let escrow = rate.saturating_mul(self.below(5_000).into());
		Call::create {
			node: self.node(|node| node.state == NodeState::Active && Nodes::is_seen(node)),
			body: self.body(),
			resources,
			max_rate: self.max_rate(),
			escrow: self.or_hostile(escrow, 20, &[0, FUNDS, Balance::MAX]),
			deadline: self.deadline(),
		}
		.into()
	}

	fn update(&mut self) -> Signed {
		let contract = self.contract(|open| open.state != ContractState::Suspended);
		let latest = crate::Contracts::<Test>::get(contract).map_or(1, |open| open.version);
		let call = Call::update {
			contract,
			base: self.or_hostile(latest, 10, &[0, 1, 2, u32::MAX]),
			body: self.body(),
			resources: self.resources(),
			max_rate: self.max_rate(),
			deadline: self.deadline(),
		};
		(self.owner_of(contract), call.into())
	}

	fn accept(&mut self) -> Signed {
		let contract = self.contract(|open| open.pending.is_some());
		let pending = crate::Contracts::<Test>::get(contract).and_then(|open| open.pending);
		let (version, body) = pending.map_or((1, hash_of(BODY)), |offer| {
			(offer.spec.version, offer.spec.body)
		});
		let call = Call::accept {
			contract,
			version: self.or_hostile(version, 10, &[0, 1, 2, u32::MAX]),
			body: self.or_hostile(body, 10, &[hash_of(b"another"), hash_of(BODY)]),
			network_key: NETWORK_KEY,
		};
		(self.agent_of(contract), call.into())
	}

	fn decline(&mut self) -> Signed {
		let contract = self.contract(|open| open.pending.is_some());
		let version = crate::Contracts::<Test>::get(contract).map_or(1, |open| open.version);
		let call = Call::decline {
			contract,
			version: self.or_hostile(version, 8, &[0, 1, u32::MAX]),
			reason: self.pick(&REASONS),
		};
		(self.agent_of(contract), call.into())
	}

	fn top_up(&mut self) -> Signed {
		let suspended = self.one_in(2);
		let contract = self.contract(|open| !suspended || open.state == ContractState::Suspended);
		let running = crate::Contracts::<Test>::get(contract).and_then(|open| open.running);
		let rate = running.map_or(1, |spec| spec.rate);
		let lasting = rate.saturating_mul(Balance::from(WINDOW + self.below(1_000)));
		let amount = self.or_hostile(lasting, 5, &[0, 1, FUNDS, Balance::MAX]);
		(self.pick(&PEOPLE), Call::top_up { contract, amount }.into())
	}

	fn node_call(&mut self) -> Signed {
		match self.below(12) {
			0 => self.register(),
			1 => {
				let node = self.node(|node| node.state != NodeState::Retired);
				let (region, attributes) = self.description();
				let call = NodesCall::update {
					node,
					resources: Resources {
						cpu: 500 + self.below(5_500) as u32,
						..TOTAL
					},
					prices: self.prices(),
					region,
					attributes,
				};
				(self.operator_of(node), call.into())
			}
			2..=3 => {
				let node = self.node(|node| {
					let named = node.named_agent.as_ref();
					named.is_some_and(|agent| !covenant_nodes::AgentOf::<Test>::contains_key(agent))
				});
				let named = covenant_nodes::Nodes::<Test>::get(node);
				let named = named.and_then(|node| node.named_agent);
				(self.mostly(named), NodesCall::serve { node }.into())
			}
			4..=7 => {
				let node = self.node(|node| node.agent.is_some());
				(self.agent_on(node), NodesCall::heartbeat { node }.into())
			}
			8 => {
				let node = self.node(|node| node.agent.is_some());
				let endpoint: &[u8] = self.pick(&[b"a:1", b"b:1", b"c:1", b"\xff"]);
				let endpoint = endpoint.to_vec().try_into().expect("short");
				let call = NodesCall::announce { node, endpoint };
				(self.agent_on(node), call.into())
			}
			9 => {
				let node = self.node(|node| node.state != NodeState::Retired);
				let usual = self.pick(&[NodeState::Active, NodeState::Draining]);
				let state = self.or_hostile(usual, 6, &[NodeState::Retired]);
				(
					self.operator_of(node),
					NodesCall::set_state { node, state }.into(),
				)
			}
			10 => {
				let node = self.node(|node| node.state != NodeState::Retired);
				let call = NodesCall::rotate_agent {
					node,
					agent: self.pick(&AGENTS),
					sealing_key: [self.pick(&[7, 8]); 32],
				};
				(self.operator_of(node), call.into())
			}
			_ => {
				let node = self.node(|node| node.contracts == 0 && node.state != NodeState::Active);
				(self.operator_of(node), NodesCall::remove { node }.into())
			}
		}
	}

	fn register(&mut self) -> Signed {
		let free = AGENTS
			.into_iter()
			.find(|agent| !covenant_nodes::AgentOf::<Test>::contains_key(agent));
		let (region, attributes) = self.description();
		let call = NodesCall::register {
			agent: self.mostly(free),
			sealing_key: [7; 32],
			resources: TOTAL,
			prices: self.prices(),
			region,
			attributes,
			endpoint: Default::default(),
		};
		(self.mostly(Some(OPERATOR)), call.into())
	}

	fn prices(&mut self) -> Prices {
		let beyond = Prices {
			cpu: Balance::MAX,
			..PRICES
		};
		self.or_hostile(PRICES, 6, &[beyond, Prices::default()])
	}

	fn description(&mut self) -> (Region, Attributes) {
		let region: &[u8] = self.or_hostile(b"eu" as &[u8], 10, &[b"\0", b"\xff"]);
		let attribute = Attribute {
			key: b"disk".to_vec().try_into().expect("short"),
			value: Default::default(),
		};
		let times = self.or_hostile(1, 10, &[2]);
		let attributes = vec![attribute; times].try_into().expect("few");
		(region.to_vec().try_into().expect("short"), attributes)
	}

	fn operator_of(&mut self, node: NodeId) -> AccountId {
		let operator = covenant_nodes::Nodes::<Test>::get(node).map(|node| node.operator);
		self.mostly(operator)
	}

	fn agent_on(&mut self, node: NodeId) -> AccountId {
		let agent = covenant_nodes::Nodes::<Test>::get(node).and_then(|node| node.agent);
		self.mostly(agent)
	}
}
