//! What is true of this pallet's storage after every call.

use crate::{
	constitution::ensure_name, Balance, Config, Group, GroupOf, Groups, HoldReason, NextGroup,
	OpenProposals, Pallet, Proposal, Proposals, Vote,
};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{
	ensure,
	traits::fungible::{Inspect, InspectHold},
};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Fails with the first invariant that storage breaks. Reads all of this pallet's storage.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_groups()?;
		Self::try_proposals()
	}

	fn try_groups() -> Result<(), TryRuntimeError> {
		let mut deposits: BTreeMap<T::AccountId, Balance> = BTreeMap::new();
		let mut accounts: BTreeMap<T::AccountId, u32> = BTreeMap::new();
		let next = NextGroup::<T>::get();
		for (id, group) in Groups::<T>::iter() {
			let account = Self::account_of(id);
			ensure!(id < next, "group ids run to the next");
			ensure!(
				T::Currency::total_balance(&account) >= T::Currency::minimum_balance(),
				"a group's account exists"
			);
			ensure_name::<T>(&group.name)?;
			Self::ensure_constitution(&account, &group.members, &group.thresholds)?;
			*deposits.entry(group.creator).or_default() += group.deposit;
			accounts.insert(account, id);
		}
		ensure!(
			GroupOf::<T>::iter().collect::<BTreeMap<_, _>>() == accounts,
			"GroupOf knows the account of each group, and of no other"
		);
		Self::try_held(HoldReason::Group, deposits)
	}

	fn try_proposals() -> Result<(), TryRuntimeError> {
		let mut deposits: BTreeMap<T::AccountId, Balance> = BTreeMap::new();
		let mut open: BTreeMap<(u32, T::AccountId), u8> = BTreeMap::new();
		for (group_id, id, proposal) in Proposals::<T>::iter() {
			ensure!(
				proposal.created_at < proposal.expires,
				"a proposal had time to be voted on"
			);
			let voters: BTreeSet<_> = proposal.votes.iter().map(|(account, _)| account).collect();
			ensure!(voters.len() == proposal.votes.len(), "nobody votes twice");
			match Groups::<T>::get(group_id) {
				Some(group) => {
					ensure!(id < group.next_proposal, "proposal ids run to the next");
					Self::try_undecided(&group, &proposal)?;
				}
				None => ensure!(
					group_id < NextGroup::<T>::get(),
					"a proposal is a group's, or was"
				),
			}
			*open
				.entry((group_id, proposal.proposer.clone()))
				.or_default() += 1;
			*deposits.entry(proposal.proposer).or_default() += proposal.deposit;
		}
		ensure!(
			OpenProposals::<T>::iter()
				.map(|(group, who, n)| ((group, who), n))
				.collect::<BTreeMap<_, _>>()
				== open,
			"OpenProposals counts the proposals of each member"
		);
		Self::try_held(HoldReason::Proposal, deposits)
	}

	/// What may still be voted on is not decided yet, and what is of another epoch never may be.
	fn try_undecided(
		group: &Group<T::AccountId>,
		proposal: &Proposal<T::AccountId>,
	) -> Result<(), TryRuntimeError> {
		ensure!(
			proposal.epoch <= group.epoch,
			"no proposal is ahead of its group"
		);
		if proposal.epoch != group.epoch {
			ensure!(
				Self::is_stale(group, proposal),
				"a proposal of another epoch is stale"
			);
			return Ok(());
		}
		ensure!(
			proposal
				.votes
				.iter()
				.all(|(account, _)| group.member(account).is_some()),
			"only members vote"
		);
		let threshold = group.thresholds.of(proposal.kind);
		ensure!(
			group.weight_for(Vote::Approve, &proposal.votes) < threshold,
			"a proposal with enough approvals is carried out"
		);
		let against = group.weight_for(Vote::Reject, &proposal.votes);
		ensure!(
			group.voting_weight() - against >= threshold,
			"a proposal that cannot be approved is closed"
		);
		Ok(())
	}

	/// What is held for `reason` is the sum of the deposits of what is stored.
	fn try_held(
		reason: HoldReason,
		mut deposits: BTreeMap<T::AccountId, Balance>,
	) -> Result<(), TryRuntimeError> {
		let reason = reason.into();
		for account in frame_system::Account::<T>::iter_keys() {
			let deposited = deposits.remove(&account).unwrap_or_default();
			ensure!(
				T::Currency::balance_on_hold(&reason, &account) == deposited,
				"what is held is the sum of the deposits"
			);
		}
		ensure!(deposits.is_empty(), "who left a deposit has an account");
		Ok(())
	}
}
