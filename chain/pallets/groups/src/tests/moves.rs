//! What a random history does next: mostly what makes sense in the state it is in, and now and then
//! what makes none at all.

use crate::{mock::*, *};
use sp_runtime::traits::Dispatchable;

/// Large numbers that repeat with the seed (splitmix64).
pub struct Moves(u64);

type Numbered = (GroupId, ProposalId, Proposal<AccountId>);

const PEOPLE: [AccountId; 4] = [ALICE, BOB, CAROL, STRANGER];

impl Moves {
	pub fn new(seed: u64) -> Self {
		Self(seed)
	}

	fn below(&mut self, bound: usize) -> usize {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut mixed = self.0;
		mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		((mixed ^ (mixed >> 31)) % bound as u64) as usize
	}

	fn one_in(&mut self, times: usize) -> bool {
		self.below(times) == 0
	}

	fn pick<Item: Clone>(&mut self, from: &[Item]) -> Option<Item> {
		match from.len() {
			0 => None,
			length => Some(from[self.below(length)].clone()),
		}
	}

	/// Mostly minutes; now and then an upgrade changes the calls or what they are.
	pub fn pass_time(&mut self) {
		pass(self.below(600) as u64);
		if self.one_in(100) {
			TransactionVersion::set(&(TransactionVersion::get() + 1));
		}
		if self.one_in(8) {
			self.fund_a_group();
		}
		let kinds = [Kind::Deploy, Kind::Deploy, Kind::Deploy, Kind::Cancel];
		RemarkKind::set(&self.pick(&kinds));
	}

	/// So that groups can have a deposit held in other groups.
	fn fund_a_group(&mut self) {
		let group = self.group();
		if GroupOf::<Test>::contains_key(account(group)) {
			let funds = pay(account(group), 2_000);
			// Whoever has nothing left gives nothing.
			let _ = funds.dispatch(RuntimeOrigin::signed(self.person()));
		}
	}

	pub fn next(&mut self) -> (AccountId, Call<Test>) {
		let stored = Proposals::<Test>::iter_keys().count();
		match self.below(20) {
			0 | 1 => self.create_group(),
			2 => self.set_members(),
			3 if self.one_in(2) => self.dissolve(),
			// Mostly not before there is something to decide.
			4..=13 if stored > 2 || self.one_in(20) => match self.below(10) {
				0..=4 => self.approve(),
				5 | 6 => self.reject(),
				7 | 8 => self.clear(),
				_ => self.withdraw(),
			},
			_ => self.propose(),
		}
	}

	fn person(&mut self) -> AccountId {
		PEOPLE[self.below(PEOPLE.len())].clone()
	}

	/// A person, a group, or an account that is not there.
	fn anyone(&mut self) -> AccountId {
		match self.below(8) {
			0 => account(self.below(6) as u32),
			1 => AccountId::new([self.below(256) as u8; 32]),
			_ => self.person(),
		}
	}

	/// Mostly one that exists.
	fn group(&mut self) -> GroupId {
		let groups: Vec<GroupId> = crate::Groups::<Test>::iter_keys().collect();
		match self.below(20) {
			0 => self.below(8) as u32,
			1 => u32::MAX,
			_ => self.pick(&groups).unwrap_or(1),
		}
	}

	/// Mostly a member of the group who may do that.
	fn member(&mut self, group: GroupId, permission: Permissions) -> AccountId {
		let members = Pallet::<Test>::group(group).map(|group| group.members);
		let able: Vec<_> = members
			.into_iter()
			.flatten()
			.filter(|member| member.may(permission))
			.collect();
		match self.pick(&able) {
			Some(member) if !self.one_in(12) => member.account,
			_ => self.anyone(),
		}
	}

	/// Mostly one that is stored, and of those mostly one that is `wanted`.
	fn proposal(&mut self, wanted: impl Fn(&Numbered) -> bool) -> Option<Numbered> {
		let all: Vec<Numbered> = Proposals::<Test>::iter().collect();
		let fit: Vec<Numbered> = all.iter().filter(|one| wanted(one)).cloned().collect();
		if self.one_in(8) {
			self.pick(&all)
		} else {
			self.pick(&fit)
		}
	}

	fn is_open((group, _, proposal): &Numbered) -> bool {
		Pallet::<Test>::group(*group)
			.is_some_and(|group| !Pallet::<Test>::is_stale(&group, proposal))
			&& !Pallet::<Test>::is_expired(proposal)
	}

	fn create_group(&mut self) -> (AccountId, Call<Test>) {
		let members = self.members();
		let thresholds = self.thresholds(&members);
		let mut name: Vec<u8> = b"shop".to_vec();
		if self.one_in(12) {
			name.push(255 - self.below(10) as u8);
		}
		let creator = match self.pick(&members) {
			Some(member) if !self.one_in(8) => member.account,
			_ => self.anyone(),
		};
		let first = self.one_in(3).then(|| {
			let next = NextGroup::<Test>::get();
			let call = self.call(next, 2);
			(Box::new(call), self.expires())
		});
		let call = Call::create_group {
			name: name.try_into().expect("short enough"),
			members,
			thresholds,
			first,
		};
		(creator, call)
	}

	fn propose(&mut self) -> (AccountId, Call<Test>) {
		let group = self.group();
		let call = Call::propose {
			group,
			call: Box::new(self.call(group, 4)),
			expires: self.expires(),
		};
		(self.member(group, Permissions::PROPOSE), call)
	}

	fn approve(&mut self) -> (AccountId, Call<Test>) {
		let (group, proposal, call) = match self.proposal(Self::is_open) {
			Some((group, id, stored)) => {
				let call = codec::Decode::decode(&mut stored.call.as_slice()).expect("a call");
				(group, id, call)
			}
			None => (self.group(), self.below(9) as u32, deploy()),
		};
		let call = if self.one_in(12) { cancel() } else { call };
		let vote = Call::approve {
			group,
			proposal,
			call: Box::new(call),
		};
		(self.member(group, Permissions::APPROVE), vote)
	}

	fn reject(&mut self) -> (AccountId, Call<Test>) {
		let (group, proposal) = self.number(Self::is_open);
		let power = if self.one_in(3) {
			Permissions::VETO
		} else {
			Permissions::APPROVE
		};
		let call = Call::reject { group, proposal };
		(self.member(group, power), call)
	}

	fn withdraw(&mut self) -> (AccountId, Call<Test>) {
		let found = self.proposal(|_| true);
		let proposer = found.as_ref().map(|(.., stored)| stored.proposer.clone());
		let (group, proposal) = found.map_or((self.group(), 7), |(group, id, _)| (group, id));
		let who = match proposer {
			Some(who) if !self.one_in(6) => who,
			_ => self.anyone(),
		};
		(who, Call::withdraw { group, proposal })
	}

	fn clear(&mut self) -> (AccountId, Call<Test>) {
		let (group, proposal) = self.number(|one| !Self::is_open(one));
		(self.anyone(), Call::clear { group, proposal })
	}

	/// As if the group had decided it, and now and then as if anybody might.
	fn set_members(&mut self) -> (AccountId, Call<Test>) {
		let members = self.members();
		let thresholds = self.thresholds(&members);
		let call = Call::set_members {
			members,
			thresholds,
		};
		(self.itself(), call)
	}

	fn dissolve(&mut self) -> (AccountId, Call<Test>) {
		let depositors: Vec<AccountId> = Proposals::<Test>::iter_values()
			.map(|stored| stored.proposer)
			.filter(|proposer| GroupOf::<Test>::contains_key(proposer))
			.collect();
		let itself = match self.pick(&depositors) {
			Some(group) if self.one_in(3) => group,
			_ => self.itself(),
		};
		let beneficiary = if self.one_in(6) {
			itself.clone()
		} else {
			self.person()
		};
		(itself, Call::dissolve { beneficiary })
	}

	fn itself(&mut self) -> AccountId {
		if self.one_in(10) {
			self.anyone()
		} else {
			account(self.group())
		}
	}

	fn number(&mut self, wanted: impl Fn(&Numbered) -> bool) -> (GroupId, ProposalId) {
		match self.proposal(wanted) {
			Some((group, id, _)) => (group, id),
			None => (self.group(), self.below(9) as u32),
		}
	}

	fn expires(&mut self) -> u64 {
		let now = ChainSeconds::get();
		match self.below(16) {
			0 => now.saturating_sub(self.below(2) as u64),
			1 => now + LIFETIME + 1,
			2 => u64::MAX,
			3 => now + LIFETIME,
			4 => now + 1,
			_ => now + self.below(7_200) as u64 + 1,
		}
	}

	/// People and groups, few or as many as there may be.
	fn members(&mut self) -> Members<AccountId> {
		let mut list: Vec<(AccountId, u16, u8)> = Vec::new();
		for who in PEOPLE {
			if !self.one_in(3) {
				list.push((who, 1 + self.below(50) as u16, BOTH));
			}
		}
		if self.one_in(3) {
			list.push((
				account(self.below(6) as u32),
				1 + self.below(90) as u16,
				BOTH,
			));
		}
		if self.one_in(40) {
			let crowd = (100..).take(MAX_MEMBERS as usize - list.len());
			list.extend(crowd.map(|byte: u8| (AccountId::new([byte; 32]), u16::MAX, 3)));
		}
		for member in &mut list {
			match self.below(40) {
				0 => member.1 = 0,
				1 => member.2 = 8,
				2 => member.2 = 0,
				3..=5 => member.2 = Permissions::VETO.0,
				6..=8 => member.2 = 7,
				9 => member.2 = Permissions::PROPOSE.0,
				10 => member.1 = u16::MAX,
				11 => member.0 = ALICE,
				_ => {}
			}
		}
		members(&list)
	}

	fn thresholds(&mut self, members: &Members<AccountId>) -> Thresholds {
		let total: u32 = members
			.iter()
			.map(|member| u32::from(member.voting_weight()))
			.sum();
		let reach = total.max(1) as usize;
		// The higher of two, so that few are decided by one.
		let mut within = |most: usize| 1 + self.below(most).max(self.below(most)) as u32;
		let govern = within(reach);
		let mut lower = || within(govern as usize);
		let mut thresholds = Thresholds {
			deploy: lower(),
			cancel: lower(),
			spend: lower(),
			govern,
		};
		match self.below(30) {
			0 => thresholds.govern = u32::MAX,
			1 => thresholds.deploy = 0,
			2 => thresholds.spend = govern.saturating_add(1).min(total),
			3 => thresholds.cancel = total.saturating_add(1),
			_ => {}
		}
		thresholds
	}

	/// What `group` is asked to do, with at most `deep` votes around it.
	fn call(&mut self, group: GroupId, deep: u32) -> RuntimeCall {
		match self.below(20) {
			0..=4 => deploy(),
			5..=7 => cancel(),
			8..=10 => pay(self.person(), self.below(200) as Balance),
			11 => pay(self.anyone(), Balance::MAX),
			12 => frame_system::Call::remark {
				remark: vec![7; 8_100 + self.below(200)],
			}
			.into(),
			13 => frame_system::Call::set_heap_pages { pages: 1 }.into(),
			14 => frame_system::Call::kill_storage { keys: vec![] }.into(),
			15 => self.set_members().1.into(),
			16 if self.one_in(3) => dissolve(self.person()),
			_ if deep > 0 => self.vote_elsewhere(group, deep - 1),
			_ => deploy(),
		}
	}

	/// A vote of `group` in a group, mostly one that it is a member of.
	fn vote_elsewhere(&mut self, group: GroupId, deep: u32) -> RuntimeCall {
		let own = account(group);
		let joined: Vec<GroupId> = crate::Groups::<Test>::iter()
			.filter(|(_, other)| other.member(&own).is_some())
			.map(|(id, _)| id)
			.collect();
		let other = match self.pick(&joined) {
			Some(other) if !self.one_in(8) => other,
			_ => self.group(),
		};
		let (_, proposal, stored) = match self.proposal(|(id, ..)| *id == other) {
			Some(found) if found.0 == other => found,
			_ => {
				return Call::propose {
					group: other,
					call: Box::new(self.call(other, deep)),
					expires: self.expires(),
				}
				.into()
			}
		};
		let group = other;
		match self.below(5) {
			0 => Call::reject { group, proposal },
			1 => Call::withdraw { group, proposal },
			2 => Call::clear { group, proposal },
			_ => Call::approve {
				group,
				proposal,
				call: Box::new(codec::Decode::decode(&mut stored.call.as_slice()).expect("a call")),
			},
		}
		.into()
	}
}
