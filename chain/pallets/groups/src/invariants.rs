//! What is true of this pallet's storage after every call.

use crate::{
	constitution::ensure_name, Balance, Config, GroupOf, Groups, HoldReason, NextGroup,
	OpenProposals, Pallet, Proposals,
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
		for (id, group) in Groups::<T>::iter() {
			let account = Self::account_of(id);
			ensure!(
				(1..NextGroup::<T>::get()).contains(&id),
				"group ids run from 1 to the next"
			);
			ensure!(
				GroupOf::<T>::get(&account) == Some(id),
				"GroupOf knows each group's account"
			);
			ensure!(
				T::Currency::total_balance(&account) >= T::Currency::minimum_balance(),
				"a group's account exists"
			);
			ensure_name::<T>(&group.name)?;
			Self::ensure_constitution(&account, &group.members, &group.thresholds)?;
			*deposits.entry(group.creator).or_default() += group.deposit;
		}
		ensure!(
			GroupOf::<T>::iter().all(|(_, id)| Groups::<T>::contains_key(id)),
			"GroupOf knows groups that exist"
		);
		Self::try_held(HoldReason::Group, deposits)
	}

	fn try_proposals() -> Result<(), TryRuntimeError> {
		let mut deposits: BTreeMap<T::AccountId, Balance> = BTreeMap::new();
		let mut open: BTreeMap<(u32, T::AccountId), u8> = BTreeMap::new();
		for (group_id, id, proposal) in Proposals::<T>::iter() {
			let group = Groups::<T>::get(group_id).ok_or("a proposal is a group's")?;
			ensure!(id < group.next_proposal, "proposal ids run to the next");
			ensure!(
				proposal.epoch <= group.epoch,
				"no proposal is ahead of its group"
			);
			ensure!(
				proposal.created_at < proposal.expires,
				"a proposal had time to be voted on"
			);
			let voters: BTreeSet<_> = proposal.votes.iter().map(|(account, _)| account).collect();
			ensure!(voters.len() == proposal.votes.len(), "nobody votes twice");
			if proposal.epoch == group.epoch {
				ensure!(
					voters
						.into_iter()
						.all(|account| group.member(account).is_some()),
					"only members vote"
				);
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

	/// What is held for `reason` is the sum of the deposits of what is stored.
	fn try_held(
		reason: HoldReason,
		deposits: BTreeMap<T::AccountId, Balance>,
	) -> Result<(), TryRuntimeError> {
		let reason = reason.into();
		ensure!(
			deposits
				.iter()
				.all(|(account, sum)| T::Currency::balance_on_hold(&reason, account) == *sum),
			"what is held is the sum of the deposits"
		);
		Ok(())
	}
}
