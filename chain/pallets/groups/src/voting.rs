//! The life of a proposal: opened, voted on, and closed by being carried out or rejected.

use crate::{
	CallBytes, CallOf, Classify, Config, Error, Event, Group, GroupId, Groups, HoldReason, Member,
	OpenProposals, Outcome, Pallet, Permissions, Proposal, ProposalId, Proposals, Vote, Votes,
};
use codec::Encode;
use frame_support::{
	defensive,
	dispatch::{extract_actual_weight, DispatchErrorWithPostInfo, GetDispatchInfo},
	ensure,
	pallet_prelude::{DispatchError, Get},
	traits::{fungible::MutateHold, tokens::Precision},
	weights::Weight,
};
use frame_system::RawOrigin;
use sp_runtime::{traits::Dispatchable, ArithmeticError};

/// The weight of the proposed call as far as it ran; in an error, `None` says that it did not.
pub(crate) type Ran = Result<Weight, DispatchErrorWithPostInfo>;

type Membership<AccountId> = (Group<AccountId>, Member<AccountId>);

impl<T: Config> Pallet<T> {
	/// Opens a proposal, and casts the proposer's own vote for it if they have one.
	pub(crate) fn do_propose(
		id: GroupId,
		proposer: T::AccountId,
		call: CallOf<T>,
		expires: u64,
	) -> Ran {
		let (mut group, member) = Self::membership(id, &proposer)?;
		ensure!(member.may(Permissions::PROPOSE), Error::<T>::NotProposer);
		let kind = T::Classify::classify(id, &call).ok_or(Error::<T>::CallNotAllowed)?;
		let bytes = CallBytes::try_from(call.encode()).map_err(|_| Error::<T>::CallTooLong)?;
		let now = Self::now();
		ensure!(expires > now, Error::<T>::ExpiryPassed);
		ensure!(
			expires <= now.saturating_add(T::MaxProposalLifetime::get()),
			Error::<T>::ExpiryTooFar
		);
		let open = OpenProposals::<T>::get(id, &proposer);
		ensure!(
			open < T::MaxOpenProposals::get(),
			Error::<T>::TooManyOpenProposals
		);

		let deposit = T::ProposalDeposit::get()
			.saturating_add(T::ProposalByteDeposit::get().saturating_mul(bytes.len() as u128));
		T::Currency::hold(&HoldReason::Proposal.into(), &proposer, deposit)
			.map_err(|_| Error::<T>::CannotHoldDeposit)?;
		OpenProposals::<T>::insert(id, &proposer, open.saturating_add(1));

		let proposal_id = group.next_proposal;
		group.next_proposal = proposal_id
			.checked_add(1)
			.ok_or(ArithmeticError::Overflow)?;
		Groups::<T>::insert(id, &group);
		let proposal = Proposal {
			proposer,
			call: bytes,
			kind,
			epoch: group.epoch,
			transaction_version: Self::transaction_version(),
			created_at: now,
			expires,
			deposit,
			votes: Votes::default(),
		};
		Self::deposit_event(Event::Proposed {
			group: id,
			proposal: proposal_id,
			proposer: proposal.proposer.clone(),
			call: proposal.call.to_vec(),
			kind,
			epoch: proposal.epoch,
			transaction_version: proposal.transaction_version,
			created_at: now,
			expires,
			deposit,
		});

		if member.may(Permissions::APPROVE) {
			return Self::cast_approval(id, &group, proposal_id, proposal, &member, call);
		}
		Proposals::<T>::insert(id, proposal_id, proposal);
		Ok(Weight::zero())
	}

	/// Votes for a proposal by repeating its call.
	pub(crate) fn do_approve(
		id: GroupId,
		proposal_id: ProposalId,
		who: &T::AccountId,
		call: CallOf<T>,
	) -> Ran {
		let (group, member) = Self::membership(id, who)?;
		ensure!(member.may(Permissions::APPROVE), Error::<T>::NotApprover);
		let proposal = Self::open_proposal(id, &group, proposal_id)?;
		ensure!(call.encode() == *proposal.call, Error::<T>::CallMismatch);
		let kind = T::Classify::classify(id, &call).ok_or(Error::<T>::CallNotAllowed)?;
		ensure!(kind == proposal.kind, Error::<T>::KindChanged);
		Self::cast_approval(id, &group, proposal_id, proposal, &member, call)
	}

	/// Votes against a proposal, and closes it if that decides it.
	pub(crate) fn do_reject(
		id: GroupId,
		proposal_id: ProposalId,
		who: &T::AccountId,
	) -> Result<(), DispatchError> {
		let (group, member) = Self::membership(id, who)?;
		let mut proposal = Self::open_proposal(id, &group, proposal_id)?;
		let vetoes = member.may(Permissions::VETO) && proposal.kind.may_be_vetoed();
		ensure!(
			vetoes || member.may(Permissions::APPROVE),
			Error::<T>::NotApprover
		);
		Self::record_vote(id, proposal_id, &mut proposal, &member, Vote::Reject)?;

		let against = group.weight_for(Vote::Reject, &proposal.votes);
		let remains = group.voting_weight().saturating_sub(against);
		if vetoes || remains < group.thresholds.of(proposal.kind) {
			Self::close(id, proposal_id, proposal, Outcome::Rejected);
		} else {
			Proposals::<T>::insert(id, proposal_id, proposal);
		}
		Ok(())
	}

	/// Records `member`'s approval; if it is the one that was missing, closes the proposal and
	/// carries its call out. When the call fails, so does everything: nothing has changed then.
	fn cast_approval(
		id: GroupId,
		group: &Group<T::AccountId>,
		proposal_id: ProposalId,
		mut proposal: Proposal<T::AccountId>,
		member: &Member<T::AccountId>,
		call: CallOf<T>,
	) -> Ran {
		Self::record_vote(id, proposal_id, &mut proposal, member, Vote::Approve)?;
		let approved = group.weight_for(Vote::Approve, &proposal.votes);
		if approved < group.thresholds.of(proposal.kind) {
			Proposals::<T>::insert(id, proposal_id, proposal);
			return Ok(Weight::zero());
		}
		Self::close(id, proposal_id, proposal, Outcome::Executed);
		let info = call.get_dispatch_info();
		let result = call.dispatch(RawOrigin::Signed(Self::account_of(id)).into());
		let ran = extract_actual_weight(&result, &info);
		match result {
			Ok(_) => Ok(ran),
			Err(failed) => Err(DispatchErrorWithPostInfo {
				post_info: Some(ran).into(),
				error: failed.error,
			}),
		}
	}

	fn record_vote(
		id: GroupId,
		proposal_id: ProposalId,
		proposal: &mut Proposal<T::AccountId>,
		member: &Member<T::AccountId>,
		vote: Vote,
	) -> Result<(), DispatchError> {
		match proposal
			.votes
			.iter_mut()
			.find(|(account, _)| *account == member.account)
		{
			Some((_, cast)) => {
				ensure!(*cast != vote, Error::<T>::AlreadyVoted);
				*cast = vote;
			}
			// Only members vote, each has one entry, and they do not change while it is open; qed.
			None => proposal
				.votes
				.try_push((member.account.clone(), vote))
				.map_err(|_| DispatchError::Corruption)?,
		}
		Self::deposit_event(Event::Voted {
			group: id,
			proposal: proposal_id,
			member: member.account.clone(),
			vote,
			weight: member.voting_weight(),
		});
		Ok(())
	}

	/// Takes the proposal out of storage and gives its deposit back.
	fn close(
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

	fn membership(id: GroupId, who: &T::AccountId) -> Result<Membership<T::AccountId>, Error<T>> {
		let group = Groups::<T>::get(id).ok_or(Error::<T>::GroupNotFound)?;
		let member = group.member(who).cloned().ok_or(Error::<T>::NotMember)?;
		Ok((group, member))
	}

	/// The proposal, if it may still be voted on.
	fn open_proposal(
		id: GroupId,
		group: &Group<T::AccountId>,
		proposal_id: ProposalId,
	) -> Result<Proposal<T::AccountId>, Error<T>> {
		let proposal = Proposals::<T>::get(id, proposal_id).ok_or(Error::<T>::ProposalNotFound)?;
		ensure!(
			proposal.epoch == group.epoch
				&& proposal.transaction_version == Self::transaction_version(),
			Error::<T>::ProposalStale
		);
		ensure!(Self::now() <= proposal.expires, Error::<T>::ProposalExpired);
		Ok(proposal)
	}

	fn transaction_version() -> u32 {
		T::Version::get().transaction_version
	}
}
