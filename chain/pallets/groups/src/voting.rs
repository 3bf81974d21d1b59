//! The life of a proposal: opened, voted on, and closed by being carried out or rejected.

use crate::{
	Call, CallBytes, CallOf, Caller, Classify, Config, Error, Event, Group, GroupId, Groups,
	HoldReason, Member, OpenProposals, Outcome, Pallet, Permissions, Proposal, ProposalId,
	Proposals, Vote, Votes, MAX_CALL_LEN, MAX_VOTE_DEPTH,
};
use codec::Encode;
use frame_support::{
	dispatch::{extract_actual_weight, DispatchErrorWithPostInfo, GetDispatchInfo},
	ensure,
	pallet_prelude::{DispatchError, Get},
	traits::{fungible::MutateHold, IsSubType},
	weights::Weight,
};
use frame_system::RawOrigin;
use sp_runtime::{traits::Dispatchable, ArithmeticError};

/// The weight of the proposed call as far as it ran; in an error, `None` says that it did not.
pub(crate) type Ran = Result<Weight, DispatchErrorWithPostInfo>;

type Membership<AccountId> = (Group<AccountId>, Member<AccountId>);

/// What is done, and as whom, once enough have approved it.
pub(crate) struct Decided<Call> {
	call: Call,
	caller: Caller,
}

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
		let (kind, caller) = T::Classify::classify(id, &call).ok_or(Error::<T>::CallNotAllowed)?;
		ensure!(
			without_votes::<T>(&call).encoded_size() <= MAX_CALL_LEN as usize,
			Error::<T>::CallTooLong
		);
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
			let decision = Decided { call, caller };
			return Self::cast_approval(id, &group, proposal_id, proposal, &member, decision);
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
		let decision = Self::decided(id, &proposal, call)?;
		Self::cast_approval(id, &group, proposal_id, proposal, &member, decision)
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

		if vetoes || group.tally(&proposal).is_out_of_reach() {
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
		decision: Decided<CallOf<T>>,
	) -> Ran {
		Self::record_vote(id, proposal_id, &mut proposal, member, Vote::Approve)?;
		if !group.tally(&proposal).is_reached() {
			Proposals::<T>::insert(id, proposal_id, proposal);
			return Ok(Weight::zero());
		}
		Self::carry_out(id, proposal_id, proposal, decision)
	}

	/// Closes a proposal that was decided, and makes its call.
	pub(crate) fn carry_out(
		id: GroupId,
		proposal_id: ProposalId,
		proposal: Proposal<T::AccountId>,
		decision: Decided<CallOf<T>>,
	) -> Ran {
		Self::close(id, proposal_id, proposal, Outcome::Executed);
		let origin = match decision.caller {
			Caller::Group => RawOrigin::Signed(Self::account_of(id)),
			Caller::Root => RawOrigin::Root,
		};
		let info = decision.call.get_dispatch_info();
		let result = decision.call.dispatch(origin.into());
		let ran = extract_actual_weight(&result, &info);
		match result {
			Ok(_) => Ok(ran),
			Err(failed) => Err(DispatchErrorWithPostInfo {
				post_info: Some(ran).into(),
				error: failed.error,
			}),
		}
	}

	/// `call`, which `proposal` is about, as `id` would make it now.
	pub(crate) fn decided(
		id: GroupId,
		proposal: &Proposal<T::AccountId>,
		call: CallOf<T>,
	) -> Result<Decided<CallOf<T>>, Error<T>> {
		let (kind, caller) = T::Classify::classify(id, &call).ok_or(Error::<T>::CallNotAllowed)?;
		ensure!(kind == proposal.kind, Error::<T>::KindChanged);
		Ok(Decided { call, caller })
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
		Self::still_open(group, Self::stored_proposal(id, proposal_id)?)
	}

	/// `proposal`, if it may still be voted on.
	pub(crate) fn still_open(
		group: &Group<T::AccountId>,
		proposal: Proposal<T::AccountId>,
	) -> Result<Proposal<T::AccountId>, Error<T>> {
		ensure!(!Self::is_stale(group, &proposal), Error::<T>::ProposalStale);
		ensure!(!Self::is_expired(&proposal), Error::<T>::ProposalExpired);
		Ok(proposal)
	}
}

/// What the votes around `call` are about, as deep as they may stand.
fn without_votes<T: Config>(mut call: &CallOf<T>) -> &CallOf<T> {
	for _ in 0..MAX_VOTE_DEPTH {
		match call.is_sub_type() {
			Some(Call::propose { call: inner, .. } | Call::approve { call: inner, .. }) => {
				call = inner;
			}
			_ => break,
		}
	}
	call
}
