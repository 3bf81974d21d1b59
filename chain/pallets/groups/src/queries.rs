//! What is asked of this pallet without a call, answered by what the calls use.

use crate::{CallOf, Config, Decision, Error, GroupId, Groups, Pallet, ProposalId, Proposals};
use codec::DecodeLimit;
use frame_support::{
	pallet_prelude::DispatchError, storage::with_transaction, MAX_EXTRINSIC_DEPTH,
};
use sp_runtime::TransactionOutcome;

impl<T: Config> Pallet<T> {
	/// Whether a proposal may still be decided, and how its votes add up; `None` if it is closed.
	pub fn decision(id: GroupId, proposal_id: ProposalId) -> Option<Decision> {
		let proposal = Proposals::<T>::get(id, proposal_id)?;
		let group = Groups::<T>::get(id).filter(|group| !Self::is_stale(group, &proposal));
		Some(match group {
			None => Decision::Stale,
			Some(_) if Self::is_expired(&proposal) => Decision::Expired,
			Some(group) => Decision::Open(group.tally(&proposal)),
		})
	}

	/// Carries a proposal out as if enough had approved it, lets `look` see what has come of it, and
	/// undoes it.
	pub fn if_approved<Seen>(
		id: GroupId,
		proposal_id: ProposalId,
		look: impl FnOnce(Result<(), DispatchError>) -> Seen,
	) -> Result<Seen, DispatchError> {
		with_transaction(|| {
			let seen = look(Self::do_carry_out(id, proposal_id));
			TransactionOutcome::Rollback(Ok(seen))
		})
	}

	/// Only ever to be undone: nobody is asked whether they have approved it.
	fn do_carry_out(id: GroupId, proposal_id: ProposalId) -> Result<(), DispatchError> {
		let proposal = Self::stored_proposal(id, proposal_id)?;
		// When a group is dissolved, what was open in it is stale.
		let group = Groups::<T>::get(id).ok_or(Error::<T>::ProposalStale)?;
		let proposal = Self::still_open(&group, proposal)?;
		let bytes = &mut proposal.call.as_slice();
		let call = CallOf::<T>::decode_all_with_depth_limit(MAX_EXTRINSIC_DEPTH, bytes)
			.map_err(|_| DispatchError::Corruption)?;
		let decision = Self::decided(id, &proposal, call)?;
		Self::carry_out(id, proposal_id, proposal, decision)
			.map(drop)
			.map_err(|failed| failed.error)
	}
}
