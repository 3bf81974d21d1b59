//! Long random histories: some hundred calls each, good ones and bad ones. After each, the invariants
//! hold, no money came or went, the events so far rebuild the storage (so a failed call changed
//! none), and what was free succeeded.

use super::replay::Replay;
use crate::{mock::*, *};
use covenant_nodes::Prices;
use frame_support::{dispatch::CheckIfFeeless, traits::GetCallName};
use sp_runtime::{traits::Dispatchable, DispatchError, ModuleError};
use std::collections::BTreeMap;

const CALLS: usize = 800;
const PEOPLE: [AccountId; 4] = [OWNER, OTHER_OWNER, OPERATOR, STRANGER];
const AGENTS: [AccountId; 2] = [AGENT, OTHER_AGENT];
const BODIES: [&[u8]; 3] = [BODY, b"", &[b' '; 300]];

/// SplitMix64: the same seed, the same history.
struct Dice(u64);

impl Dice {
	fn roll(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut mixed = self.0;
		mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		mixed ^ (mixed >> 31)
	}

	fn below(&mut self, bound: u64) -> u64 {
		self.roll() % bound
	}

	fn one_in(&mut self, times: u64) -> bool {
		self.below(times) == 0
	}

	fn pick<Item: Copy>(&mut self, from: &[Item]) -> Item {
		from[self.below(from.len() as u64) as usize]
	}

	fn anyone(&mut self) -> AccountId {
		if self.one_in(3) {
			self.pick(&AGENTS)
		} else {
			self.pick(&PEOPLE)
		}
	}

	/// Mostly one that is served.
	fn node(&mut self) -> NodeId {
		let nodes = if self.one_in(8) { 4 } else { 2 };
		1 + self.below(nodes) as NodeId
	}

	/// Mostly one that is open.
	fn contract(&mut self) -> ContractId {
		let open: Vec<ContractId> = crate::Contracts::<Test>::iter_keys().collect();
		if open.is_empty() || self.one_in(6) {
			1 + self.below(NextContract::<Test>::get())
		} else {
			self.pick(&open)
		}
	}

	/// Mostly seconds, and now and then longer than a node may be away.
	fn pause(&mut self) -> u64 {
		let longest = if self.one_in(40) { 2 * WINDOW } else { 40 };
		self.below(longest)
	}

	/// Mostly the account the call is for.
	fn mostly(&mut self, who: Option<AccountId>) -> AccountId {
		match who {
			Some(who) if !self.one_in(6) => who,
			_ => self.anyone(),
		}
	}

	fn agent_of(&mut self, contract: ContractId) -> AccountId {
		let open = crate::Contracts::<Test>::get(contract);
		let agent = open.and_then(|open| node(open.node).agent);
		self.mostly(agent)
	}

	fn call(&mut self) -> (AccountId, RuntimeCall) {
		match self.below(20) {
			0 => {
				let bytes = bounded(self.pick(&BODIES));
				(self.anyone(), Call::note_body { bytes }.into())
			}
			1 | 2 => {
				let hash = hash_of(self.pick(&BODIES));
				let holder = BodyDeposits::<Test>::iter_key_prefix(hash).next();
				(self.mostly(holder), Call::drop_body { hash }.into())
			}
			3..=6 => (self.pick(&PEOPLE), self.create().into()),
			7..=10 => {
				let contract = self.contract();
				let pending = crate::Contracts::<Test>::get(contract).and_then(|open| open.pending);
				let body = pending.map_or_else(|| hash_of(BODY), |offer| offer.spec.body);
				let body = if self.one_in(8) {
					hash_of(b"another")
				} else {
					body
				};
				let version = if self.one_in(8) { 2 } else { 1 };
				let call = Call::accept {
					contract,
					version,
					body,
					network_key: NETWORK_KEY,
				};
				(self.agent_of(contract), call.into())
			}
			11 => {
				let contract = self.contract();
				let reason = DeclineReason::Other(self.below(256) as u8);
				(
					self.agent_of(contract),
					Call::decline {
						contract,
						version: 1,
						reason,
					}
					.into(),
				)
			}
			12 => {
				let contract = self.contract();
				let owner = crate::Contracts::<Test>::get(contract).map(|open| open.owner);
				(self.mostly(owner), Call::cancel { contract }.into())
			}
			13..=15 => {
				let contract = self.contract();
				(self.agent_of(contract), Call::settle { contract }.into())
			}
			16 | 17 => {
				let node = self.node();
				let agent = covenant_nodes::Nodes::<Test>::get(node).and_then(|node| node.agent);
				(
					self.mostly(agent),
					covenant_nodes::Call::heartbeat { node }.into(),
				)
			}
			_ => self.node_call(),
		}
	}

	fn create(&mut self) -> Call<Test> {
		let resources = Resources {
			cpu: self.below(2_000) as u32,
			memory: self.below(3_000) as u32,
			gpus: u16::from(self.one_in(5)),
			..Default::default()
		};
		let rate = resources.rate(&PRICES).expect("small");
		Call::create {
			node: self.node(),
			body: hash_of(self.pick(&BODIES)),
			resources,
			max_rate: if self.one_in(8) { 1 } else { Balance::MAX },
			escrow: if self.one_in(20) {
				FUNDS
			} else {
				rate * Balance::from(self.below(5_000))
			},
			deadline: now() + self.below(6_000) * self.pick(&[0, 1, 1, 1, 1, 1, 1, 1, 1, 1_000]),
		}
	}

	fn node_call(&mut self) -> (AccountId, RuntimeCall) {
		let node = self.node();
		match self.below(4) {
			0 => {
				let total = Resources {
					cpu: 500 + self.below(5_500) as u32,
					..TOTAL
				};
				let prices = if self.one_in(4) {
					Prices::default()
				} else {
					PRICES
				};
				let call = covenant_nodes::Call::update {
					node,
					resources: total,
					prices,
					region: Default::default(),
					attributes: Default::default(),
				};
				(self.mostly(Some(OPERATOR)), call.into())
			}
			1 if covenant_nodes::NextNode::<Test>::get() < 4 => {
				let call = covenant_nodes::Call::register {
					agent: self.pick(&AGENTS),
					sealing_key: [3; 32],
					resources: TOTAL,
					prices: PRICES,
					region: Default::default(),
					attributes: Default::default(),
					endpoint: Default::default(),
				};
				(OPERATOR, call.into())
			}
			2 => (
				self.pick(&AGENTS),
				covenant_nodes::Call::serve { node }.into(),
			),
			_ => {
				let endpoint = vec![b'a' + self.below(4) as u8].try_into().expect("short");
				(
					self.pick(&AGENTS),
					covenant_nodes::Call::announce { node, endpoint }.into(),
				)
			}
		}
	}
}

/// How often the histories came to what.
type Reached = BTreeMap<String, u32>;

/// Whether the call is one that its agent never pays for.
fn is_always_feeless(call: &RuntimeCall) -> bool {
	use covenant_nodes::Call as NodesCall;
	matches!(
		call,
		RuntimeCall::Contracts(Call::accept { .. } | Call::decline { .. })
			| RuntimeCall::Nodes(
				NodesCall::serve { .. } | NodesCall::heartbeat { .. } | NodesCall::announce { .. }
			)
	)
}

fn name_of(call: &RuntimeCall) -> &'static str {
	match call {
		RuntimeCall::Contracts(call) => call.get_call_name(),
		RuntimeCall::Nodes(call) => call.get_call_name(),
		_ => unreachable!("histories call nodes and contracts"),
	}
}

fn name_of_error(error: DispatchError) -> &'static str {
	match error {
		DispatchError::Module(ModuleError {
			message: Some(name),
			..
		}) => name,
		other => panic!("an error of nobody's: {other:?}"),
	}
}

/// Makes one call, and answers what became of it.
fn make(call: RuntimeCall, who: AccountId) -> String {
	let name = name_of(&call);
	let is_feeless = call.is_feeless(&signed(who));
	let is_always_feeless = is_always_feeless(&call);
	match call.dispatch(signed(who)) {
		Ok(_) => {
			assert!(is_feeless || !is_always_feeless, "{name} was paid for");
			format!("{name} {}", if is_feeless { "free" } else { "paid" })
		}
		Err(failed) => {
			let error = name_of_error(failed.error);
			assert!(!is_feeless, "{name} was free and failed: {error}");
			format!("{name} {error}")
		}
	}
}

/// Takes the events since the last time into `replay`, and counts the turns they tell of.
fn take_events(call: &str, replay: &mut Replay<Test>, reached: &mut Reached) {
	for record in System::read_events_no_consensus() {
		match record.event {
			RuntimeEvent::Nodes(event) => replay.apply_nodes(event),
			RuntimeEvent::Contracts(event) => {
				let turn = match &event {
					Event::Settled { state, .. } => Some(format!("Settled to {state:?}")),
					Event::Closed { contract, .. } => Some(format!(
						"Closed from {:?}",
						replay.contract(*contract).state
					)),
					Event::BodyRemoved { .. } => Some(format!("BodyRemoved by {call}")),
					_ => None,
				};
				turn.into_iter().for_each(|turn| count(reached, turn));
				replay.apply(event);
			}
			_ => {}
		}
	}
	System::reset_events();
}

fn count(reached: &mut Reached, what: String) {
	*reached.entry(what).or_default() += 1;
}

fn play(seed: u64, reached: &mut Reached) {
	new_chain().execute_with(|| {
		let mut dice = Dice(seed);
		let mut replay = Replay::<Test>::default();
		for _ in 0..CALLS {
			pass_unseen(dice.pause());
			let (who, call) = dice.call();
			let name = name_of(&call);
			count(reached, make(call, who));
			take_events(name, &mut replay, reached);
			assert_invariants();
			replay.assert_is_storage();
		}
	});
}

#[test]
fn random_histories_keep_every_promise() {
	let mut reached = Reached::default();
	for seed in 1..=2 {
		play(seed, &mut reached);
	}
	for (what, times) in &reached {
		println!("{times:>6} {what}");
	}
	for what in [
		"note_body paid",
		"drop_body paid",
		"drop_body NotHolder",
		"create paid",
		"create BodyNotFound",
		"create CannotHoldDeposit",
		"create DeadlinePassed",
		"create DeadlineTooFar",
		"create NodeNotFound",
		"create NodeNotSeen",
		"create RateAboveMax",
		"accept free",
		"accept CapacityExceeded",
		"accept ContractNotFound",
		"accept NotAgent",
		"accept NothingOffered",
		"accept OfferExpired",
		"accept WrongBody",
		"accept WrongVersion",
		"decline free",
		"decline NotAgent",
		"decline NothingOffered",
		"cancel paid",
		"cancel ContractNotFound",
		"cancel NotOwner",
		"settle free",
		"settle paid",
		"settle NotRunning",
		"register paid",
		"register AgentServesAnotherNode",
		"update paid",
		"update BelowReserved",
		"update NotOperator",
		"serve free",
		"serve NotNamedAgent",
		"heartbeat free",
		"heartbeat TooSoon",
		"announce free",
		"announce TooSoon",
		"announce EndpointUnchanged",
		"Settled to Running",
		"Settled to Suspended",
		"Closed from Offered",
		"Closed from Running",
		"Closed from Suspended",
		"BodyRemoved by drop_body",
		"BodyRemoved by cancel",
	] {
		assert!(reached.contains_key(what), "no history reached: {what}");
	}
}
