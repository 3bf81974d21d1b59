//! What would come of a call: it is dispatched as if it were made, looked at, and undone.

use crate::{AccountId, Groups, Runtime, RuntimeCall, RuntimeEvent, System, VERSION};
use alloc::vec::Vec;
use codec::DecodeLimit;
use covenant_groups::{GroupId, ProposalId};
use covenant_runtime_api::{Closing, Execution, Refusal};
use frame_support::{
	dispatch::{DispatchResult, GetDispatchInfo},
	storage::with_transaction,
	MAX_EXTRINSIC_DEPTH,
};
use frame_system::{CheckWeight, RawOrigin};
use sp_runtime::{traits::Dispatchable, DispatchError, TransactionOutcome};

type Rehearsed = Result<Execution, Refusal>;

/// What would come of `call` if `who` made it now.
pub fn would_execute(who: AccountId, call: Vec<u8>, transaction_version: u32) -> Rehearsed {
	if transaction_version != VERSION.transaction_version {
		return Err(Refusal::OtherVersion);
	}
	let len = call.len();
	let call = RuntimeCall::decode_all_with_depth_limit(MAX_EXTRINSIC_DEPTH, &mut &call[..])
		.map_err(|_| Refusal::NoCall)?;
	// What no block takes would never run, and nobody makes an endpoint work longer than a block.
	CheckWeight::<Runtime>::do_validate(&call.get_dispatch_info(), len)
		.map_err(|_| Refusal::TooLarge)?;
	rehearse(|| {
		let origin = RawOrigin::Signed(who).into();
		look(
			call.dispatch(origin)
				.map(drop)
				.map_err(|failed| failed.error),
		)
	})
}

/// What would come of a proposal's call if enough had approved it now.
pub fn would_carry_out(group: GroupId, proposal: ProposalId) -> Rehearsed {
	rehearse(|| Groups::if_approved(group, proposal, look).map_err(Refusal::Failed)?)
}

/// Runs `scene` and undoes whatever it did.
fn rehearse(scene: impl FnOnce() -> Rehearsed) -> Rehearsed {
	with_transaction(|| {
		System::reset_events();
		let seen = scene();
		TransactionOutcome::Rollback(Ok::<_, DispatchError>(seen))
	})
	.unwrap_or_else(|error| Err(Refusal::Failed(error)))
}

/// Reads the outcome of what was just done from its result and its events.
fn look(result: DispatchResult) -> Rehearsed {
	result.map_err(Refusal::Failed)?;
	let mut closes = Vec::new();
	for record in System::read_events_no_consensus() {
		if let Some(error) = failure_within(&record.event) {
			return Err(Refusal::Failed(error));
		}
		if let RuntimeEvent::Groups(covenant_groups::Event::ProposalClosed {
			group,
			proposal,
			outcome,
		}) = record.event
		{
			closes.push(Closing {
				group,
				proposal,
				outcome,
			});
		}
	}
	Ok(Execution { closes })
}

/// The error of a call that another one carried, where that one succeeds all the same and leaves
/// the error in an event alone.
fn failure_within(event: &RuntimeEvent) -> Option<DispatchError> {
	use {pallet_multisig::Event as Multisig, pallet_proxy::Event as Proxy};
	use {pallet_sudo::Event as Sudo, pallet_utility::Event as Utility};
	match event {
		RuntimeEvent::Sudo(
			Sudo::Sudid {
				sudo_result: result,
			}
			| Sudo::SudoAsDone {
				sudo_result: result,
			},
		)
		| RuntimeEvent::Proxy(Proxy::ProxyExecuted { result })
		| RuntimeEvent::Multisig(Multisig::MultisigExecuted { result, .. }) => result.err(),
		RuntimeEvent::Utility(
			Utility::BatchInterrupted { error, .. } | Utility::ItemFailed { error },
		) => Some(*error),
		RuntimeEvent::Utility(Utility::DispatchedAs { result }) => result.err(),
		_ => None,
	}
}
