//! Chance, and whom and what it mostly falls on: what a call is for, and now and then what it is
//! not.

use crate::{mock::*, *};
use covenant_nodes::NodeOf;

pub const PEOPLE: [AccountId; 4] = [OWNER, OTHER_OWNER, OPERATOR, STRANGER];
pub const AGENTS: [AccountId; 4] = [AGENT, OTHER_AGENT, 13, 14];
pub const BODIES: [&[u8]; 3] = [BODY, b"", &[b' '; 300]];

/// SplitMix64: the same roll, the same call on the same state.
pub struct Dice(u64);

impl Dice {
	pub fn new(roll: u64) -> Self {
		Self(roll)
	}

	fn roll(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut mixed = self.0;
		mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		mixed ^ (mixed >> 31)
	}

	pub fn below(&mut self, bound: u64) -> u64 {
		self.roll() % bound
	}

	pub fn one_in(&mut self, times: u64) -> bool {
		self.below(times) == 0
	}

	pub fn pick<Item: Copy>(&mut self, from: &[Item]) -> Item {
		from[self.below(from.len() as u64) as usize]
	}

	/// `usual`, and once in `times` one of `others`.
	pub fn or_hostile<Item: Copy>(&mut self, usual: Item, times: u64, others: &[Item]) -> Item {
		if self.one_in(times) {
			self.pick(others)
		} else {
			usual
		}
	}

	pub fn anyone(&mut self) -> AccountId {
		if self.one_in(3) {
			self.pick(&AGENTS)
		} else {
			self.pick(&PEOPLE)
		}
	}

	/// Mostly the account the call is for.
	pub fn mostly(&mut self, who: Option<AccountId>) -> AccountId {
		match who {
			Some(who) if !self.one_in(8) => who,
			_ => self.anyone(),
		}
	}

	/// Mostly one of `fitting`.
	fn id(&mut self, fitting: &[u64], next: u64) -> u64 {
		if fitting.is_empty() || self.one_in(6) {
			let some = 1 + self.below(next);
			return self.or_hostile(some, 20, &[0, u64::MAX]);
		}
		self.pick(fitting)
	}

	/// Mostly a node that fits.
	pub fn node(&mut self, fits: impl Fn(&NodeOf<Test>) -> bool) -> NodeId {
		let fitting: Vec<u64> = covenant_nodes::Nodes::<Test>::iter()
			.filter(|(_, node)| fits(node))
			.map(|(id, _)| id.into())
			.collect();
		let next = covenant_nodes::NextNode::<Test>::get();
		self.id(&fitting, next.into()) as NodeId
	}

	/// Mostly an open contract that fits.
	pub fn contract(&mut self, fits: impl Fn(&ContractOf<Test>) -> bool) -> ContractId {
		let fitting: Vec<ContractId> = crate::Contracts::<Test>::iter()
			.filter(|(_, contract)| fits(contract))
			.map(|(id, _)| id)
			.collect();
		self.id(&fitting, NextContract::<Test>::get())
	}

	/// Mostly a contract that has ended long ago.
	pub fn tombstone(&mut self) -> ContractId {
		let old = now().saturating_sub(TOMBSTONE_PERIOD);
		let fitting: Vec<ContractId> = Tombstones::<Test>::iter()
			.filter(|(_, tombstone)| tombstone.closed_at <= old)
			.map(|(id, _)| id)
			.collect();
		self.id(&fitting, NextContract::<Test>::get())
	}

	pub fn agent_of(&mut self, contract: ContractId) -> AccountId {
		let open = crate::Contracts::<Test>::get(contract);
		let agent = open.and_then(|open| node(open.node).agent);
		self.mostly(agent)
	}

	pub fn owner_of(&mut self, contract: ContractId) -> AccountId {
		let owner = crate::Contracts::<Test>::get(contract).map(|open| open.owner);
		self.mostly(owner)
	}

	/// Mostly seconds; now and then longer than a node may be away, than a contract may be
	/// suspended, and than a tombstone stays.
	pub fn pause(&mut self) -> u64 {
		let longest = match self.below(80) {
			0 => 2 * TOMBSTONE_PERIOD,
			1 => 2 * GRACE,
			2..=5 => 2 * WINDOW,
			6..=15 => PERIOD,
			_ => 40,
		};
		self.below(longest)
	}
}
