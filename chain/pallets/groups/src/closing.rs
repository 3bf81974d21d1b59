//! How a proposal ends without a decision, and what every end has in common.

use crate::{
	Config, Error, Event, Group, GroupId, Groups, HoldReason, OpenProposals, Outcome, Pallet,
	Proposal, ProposalId, Proposals,
};
use frame_support::{
	defensive, ensure,
	pallet_prelude::{DispatchResult, Get},
	traits::{fungible::MutateHold, tokens::Precision},
};

impl<T: Config> Pallet<T> {
	/// Takes back what `who` proposed, whatever has become of the group and of `who` in it.
	pub(crate) fn do_withdraw(
		id: GroupId,
		proposal_id: ProposalId,
		who: &T::AccountId,
	) -> DispatchResult {
		let proposal = Self::stored_proposal(id, proposal_id)?;
		ensure!(proposal.proposer == *who, Error::<T>::NotItsProposer);
		Self::close(id, proposal_id, proposal, Outcome::Withdrawn);
		Ok(())
	}

	/// Takes away what nobody can decide any more.
	pub(crate) fn do_clear(id: GroupId, proposal_id: ProposalId) -> DispatchResult {
		let proposal = Self::stored_proposal(id, proposal_id)?;
		let is_stale = Groups::<T>::get(id).is_none_or(|group| Self::is_stale(&group, &proposal));
		ensure!(
			is_stale || Self::is_expired(&proposal),
			Error::<T>::StillOpen
		);
		Self::close(id, proposal_id, proposal, Outcome::Cleared);
		Ok(())
	}

	/// Takes the proposal out of storage and gives its deposit back.
	pub(crate) fn close(
		id: GroupId,
		proposal_id: ProposalId,
		proposal: Proposal<T::AccountId>,
		outcome: Outcome,
	) {
		Proposals::<T>::remove(id, proposal_id);
		match OpenProposals::<T>::get(id, &proposal.proposer) {
			0 | 1 => OpenProposals::<T>::remove(id, &proposal.proposer),
			open => OpenProposals::<T>::insert(id, &proposal.proposer, open - 1),
		}
		let returned = T::Currency::release(
			&HoldReason::Proposal.into(),
			&proposal.proposer,
			proposal.deposit,
			Precision::BestEffort,
		);
		// What was held for it is held until here: nothing else touches this reason; qed.
		if returned != Ok(proposal.deposit) {
			defensive!("a proposal's deposit was not returned whole");
		}
		Self::deposit_event(Event::ProposalClosed {
			group: id,
			proposal: proposal_id,
			outcome,
		});
	}

	/// The proposal, whether it may still be voted on or not.
	pub(crate) fn stored_proposal(
		id: GroupId,
		proposal_id: ProposalId,
	) -> Result<Proposal<T::AccountId>, Error<T>> {
		Proposals::<T>::get(id, proposal_id).ok_or(Error::<T>::ProposalNotFound)
	}

	/// Whether other members, thresholds or calls count now than when it was proposed.
	pub(crate) fn is_stale(group: &Group<T::AccountId>, proposal: &Proposal<T::AccountId>) -> bool {
		proposal.epoch != group.epoch || proposal.transaction_version != Self::transaction_version()
	}

	/// Whether the time to vote is over; the second of its expiry still belongs to it.
	pub(crate) fn is_expired(proposal: &Proposal<T::AccountId>) -> bool {
		Self::now() > proposal.expires
	}

	pub(crate) fn transaction_version() -> u32 {
		T::Version::get().transaction_version
	}
}
