//! What clients ask of a Covenant chain most, answered by the functions that its calls use, on the
//! state of one block. Metadata lists it, so clients need nothing but the chain to call it.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

use alloc::vec::Vec;
use codec::{Codec, Decode, Encode};
use covenant_contracts::{Capacity, ContractId, Funds};
use covenant_groups::{Decision, GroupId, Outcome, ProposalId};
use covenant_nodes::NodeId;
use scale_info::TypeInfo;
use sp_runtime::DispatchError;

/// A call that would succeed, and the proposals that it would close.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub struct Execution {
	/// In their order. A vote that only counts closes none; one that decides closes its proposal,
	/// and the call that was proposed succeeds too.
	pub closes: Vec<Closing>,
}

/// How a proposal would end.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub struct Closing {
	pub group: GroupId,
	pub proposal: ProposalId,
	pub outcome: Outcome,
}

/// Why a call would not do what it says.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub enum Refusal {
	/// Its bytes are of another `transaction_version` than the runtime's, under which they may be
	/// another call.
	OtherVersion,
	/// The bytes are no call.
	NoCall,
	/// It is too long, or too heavy, for any block.
	TooLarge,
	/// It would fail with this error: its own, or that of a call which it carries, which a batch or
	/// a proxy may leave in an event alone.
	Failed(DispatchError),
}

sp_api::decl_runtime_apis! {
	/// `None` is answered of what is closed or removed, or never was.
	pub trait CovenantApi<AccountId> where AccountId: Codec {
		/// What a contract owes by now, and for how long its escrow lasts.
		fn funds(contract: ContractId) -> Option<Funds>;

		/// What a node has left to give.
		fn capacity(node: NodeId) -> Option<Capacity>;

		/// Whether a proposal may still be voted on, and how its votes add up.
		fn decision(group: GroupId, proposal: ProposalId) -> Option<Decision>;

		/// What would come of a proposal's call if the vote that is missing were cast now.
		fn would_carry_out(group: GroupId, proposal: ProposalId) -> Result<Execution, Refusal>;

		/// What would come of `call`, its bytes under `transaction_version`, if `who` made it now.
		///
		/// The call is dispatched as a signed one is, and undone. Nonce and fee are not looked at:
		/// `validate_transaction` and `query_info` tell of them.
		fn would_execute(
			who: AccountId,
			call: Vec<u8>,
			transaction_version: u32,
		) -> Result<Execution, Refusal>;
	}
}
