//! What a group may call: a closed list. Whatever is not named here is refused: other batches,
//! proxies, multisigs, sudo and every call that a pallet will add one day.

use crate::{Groups, Runtime, RuntimeCall};
use covenant_contracts::{Call as ContractsCall, ContractId};
use covenant_groups::{
	Call as GroupsCall, Caller, Classify, GroupId, Kind, ADMINISTRATION, MAX_VOTE_DEPTH,
};
use covenant_nodes::Call as NodesCall;
use frame_support::weights::Weight;
use pallet_balances::Call as BalancesCall;
use pallet_utility::Call as UtilityCall;

pub struct GroupCalls;

impl Classify<RuntimeCall> for GroupCalls {
	fn classify(group: GroupId, call: &RuntimeCall) -> Option<(Kind, Caller)> {
		if is_administrative(group, call) {
			return Some((Kind::Govern, Caller::Root));
		}
		let kind = Ranking::of(group).kind_of(group, call, Room::DEFAULT)?;
		Some((kind, Caller::Group))
	}

	/// The group's thresholds, and at most one look-up for each part of a batch.
	fn weight(call: &RuntimeCall) -> Weight {
		let mut call = call;
		for _ in 0..MAX_VOTE_DEPTH {
			call = vote(call).map_or(call, |(_, inner)| inner);
		}
		let parts = match call {
			RuntimeCall::Utility(UtilityCall::batch_all { calls }) => calls.len() as u64,
			_ => 1,
		};
		PART.saturating_mul(parts)
			.saturating_add(<Runtime as frame_system::Config>::DbWeight::get().reads(1 + parts))
	}

	/// A batch of as many parts as fit, of which the first fails.
	#[cfg(feature = "runtime-benchmarks")]
	fn longest_call() -> RuntimeCall {
		use codec::Encode;
		let part = RuntimeCall::from(GroupsCall::clear {
			group: GroupId::MAX,
			proposal: 0,
		});
		let batch = |parts| RuntimeCall::from(UtilityCall::batch_all { calls: parts });
		let bytes = covenant_groups::MAX_CALL_LEN as usize;
		// From 64 parts on their number takes two bytes.
		let around = batch(alloc::vec![part.clone(); 64]).encoded_size() - 64 * part.encoded_size();
		let parts = (bytes - around) / part.encoded_size();
		batch(alloc::vec![part; parts])
	}
}

/// 1 µs to look at a call, through all the votes around it.
const PART: Weight = Weight::from_parts(1_000_000, 0);

/// What may still stand around a call.
#[derive(Clone, Copy)]
struct Room {
	votes: u32,
	batches: u32,
}

impl Room {
	const DEFAULT: Self = Self {
		votes: MAX_VOTE_DEPTH,
		batches: 1,
	};

	fn within_vote(self) -> Option<Self> {
		let votes = self.votes.checked_sub(1)?;
		Some(Self { votes, ..self })
	}

	fn within_batch(self) -> Option<Self> {
		let batches = self.batches.checked_sub(1)?;
		Some(Self { batches, ..self })
	}
}

/// The weight that the deciding group asks for each kind, so that nothing gets through beside
/// something that is asked less for.
struct Ranking(Option<covenant_groups::Thresholds>);

impl Ranking {
	fn of(group: GroupId) -> Self {
		Self(Groups::group(group).map(|group| group.thresholds))
	}

	fn rank(&self, kind: Kind) -> (u32, u8) {
		let threshold = self.0.map_or(0, |thresholds| thresholds.of(kind));
		(threshold, kind as u8)
	}

	/// The kind of `call` when `group` makes it. A new call of a pallet is one arm here, which may
	/// ask whose the thing is that it is about.
	fn kind_of(&self, group: GroupId, call: &RuntimeCall, room: Room) -> Option<Kind> {
		if let Some((other, inner)) = vote(call) {
			if is_administrative(other, inner) {
				return Some(Kind::Govern);
			}
			return self.kind_of(other, inner, room.within_vote()?);
		}
		match call {
			RuntimeCall::Contracts(
				ContractsCall::create { .. }
				| ContractsCall::update { .. }
				| ContractsCall::withdraw_update { .. },
			) => Some(Kind::Deploy),
			RuntimeCall::Contracts(ContractsCall::top_up { contract, .. }) => {
				Some(top_up(group, *contract))
			}
			RuntimeCall::Contracts(ContractsCall::cancel { .. }) => Some(Kind::Cancel),
			RuntimeCall::Balances(BalancesCall::transfer_keep_alive { .. }) => Some(Kind::Spend),
			RuntimeCall::Nodes(
				NodesCall::register { .. }
				| NodesCall::update { .. }
				| NodesCall::set_state { .. }
				| NodesCall::rotate_agent { .. }
				| NodesCall::remove { .. },
			) => Some(Kind::Govern),
			RuntimeCall::Groups(GroupsCall::set_members { .. } | GroupsCall::dissolve { .. }) => {
				Some(Kind::Govern)
			}
			RuntimeCall::Groups(
				GroupsCall::reject { .. } | GroupsCall::withdraw { .. } | GroupsCall::clear { .. },
			) => Some(Kind::Deploy),
			RuntimeCall::Utility(UtilityCall::batch_all { calls }) => {
				let room = room.within_batch()?;
				let kinds: Option<alloc::vec::Vec<Kind>> = calls
					.iter()
					.map(|part| self.kind_of(group, part, room))
					.collect();
				kinds?.into_iter().max_by_key(|kind| self.rank(*kind))
			}
			_ => None,
		}
	}
}

/// Money for a contract of the group's own is part of deploying it; for any other it is spent.
fn top_up(group: GroupId, contract: ContractId) -> Kind {
	let owner = covenant_contracts::Contracts::<Runtime>::get(contract).map(|open| open.owner);
	if owner == Some(Groups::account_of(group)) {
		Kind::Deploy
	} else {
		Kind::Spend
	}
}

/// The other group that `call` is a vote in, and what is voted for there.
fn vote(call: &RuntimeCall) -> Option<(GroupId, &RuntimeCall)> {
	match call {
		RuntimeCall::Groups(
			GroupsCall::propose { group, call, .. } | GroupsCall::approve { group, call, .. },
		) => Some((*group, call)),
		_ => None,
	}
}

/// Whether `call` changes the runtime or its validators, and `group` is the one that may.
fn is_administrative(group: GroupId, call: &RuntimeCall) -> bool {
	group == ADMINISTRATION
		&& matches!(
			call,
			RuntimeCall::System(frame_system::Call::authorize_upgrade { .. })
				| RuntimeCall::Validators(covenant_validators::Call::set { .. })
		)
}
