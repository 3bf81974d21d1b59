//! Who pays: everybody, but for a node's agent whose call does what the agent is there for.
//!
//! An agent need own nothing. Its call is free when the very check that the call makes says that
//! it succeeds, so nothing that fails is ever free. In the pool a free call stands above all that
//! is paid for, for a few blocks, and there is one of each at a time: of one node, call, contract
//! and period. So neither can one agent fill the pool, nor does traffic that pays starve a
//! heartbeat.

use crate::{Clock, Runtime, RuntimeCall, RuntimeOrigin};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use covenant_contracts::{Call as ContractsCall, ContractId, WeightInfo as _};
use covenant_nodes::{Call as NodesCall, NodeId, WeightInfo as _};
use frame_support::{
	dispatch::{CheckIfFeeless, DispatchResult},
	traits::{Get, GetCallMetadata, UnixTime},
	weights::Weight,
};
use scale_info::{StaticTypeInfo, TypeInfo};
use sp_runtime::{
	traits::{
		DispatchInfoOf, Implication, PostDispatchInfoOf, TransactionExtension,
		TransactionExtensionMetadata, ValidateResult,
	},
	transaction_validity::{
		TransactionLongevity, TransactionPriority, TransactionSource, TransactionValidityError,
		ValidTransaction,
	},
};

type NodesWeight = <Runtime as covenant_nodes::Config>::WeightInfo;
type ContractsWeight = <Runtime as covenant_contracts::Config>::WeightInfo;

/// Above whatever a tip can buy.
const AGENT_PRIORITY: TransactionPriority = TransactionPriority::MAX;
const HIGHEST_PAID: TransactionPriority = AGENT_PRIORITY - 1;
/// In blocks. It gets into the next one, or what it was for has passed.
const AGENT_LONGEVITY: TransactionLongevity = 16;

/// Asks `Payment`, unless the call is free. It adds nothing to what is signed and shows in the
/// metadata as `Payment` alone, so wallets need not know of it.
#[derive(Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, PartialEq)]
pub struct FreeForAgents<Payment>(pub Payment);

impl<Payment: StaticTypeInfo> TypeInfo for FreeForAgents<Payment> {
	type Identity = Payment;
	fn type_info() -> scale_info::Type {
		Payment::type_info()
	}
}

/// What `Payment` made of a call, if it was asked.
pub enum Asked<Answer> {
	Pays(Answer),
	Free,
}

impl<Payment: TransactionExtension<RuntimeCall>> TransactionExtension<RuntimeCall>
	for FreeForAgents<Payment>
{
	const IDENTIFIER: &'static str = Payment::IDENTIFIER;
	type Implicit = Payment::Implicit;
	type Val = Asked<Payment::Val>;
	type Pre = Asked<Payment::Pre>;

	fn metadata() -> Vec<TransactionExtensionMetadata> {
		Payment::metadata()
	}

	fn implicit(&self) -> Result<Self::Implicit, TransactionValidityError> {
		self.0.implicit()
	}

	/// Asking `Payment`, and before it whether the call is free.
	fn weight(&self, call: &RuntimeCall) -> Weight {
		let check = match subject_of(call) {
			Some(Subject::Node(_)) => NodesWeight::check(),
			Some(Subject::Contract(_)) => ContractsWeight::check(),
			None => Weight::zero(),
		};
		self.0.weight(call).saturating_add(check)
	}

	fn validate(
		&self,
		origin: RuntimeOrigin,
		call: &RuntimeCall,
		info: &DispatchInfoOf<RuntimeCall>,
		len: usize,
		implicit: Self::Implicit,
		implication: &impl Implication,
		source: TransactionSource,
	) -> ValidateResult<Self::Val, RuntimeCall> {
		if let Some(tag) = tag_of_free(&origin, call) {
			return Ok((valid_for_agents(tag), Asked::Free, origin));
		}
		let (valid, answer, origin) =
			self.0
				.validate(origin, call, info, len, implicit, implication, source)?;
		let valid = ValidTransaction {
			priority: valid.priority.min(HIGHEST_PAID),
			..valid
		};
		Ok((valid, Asked::Pays(answer), origin))
	}

	fn prepare(
		self,
		asked: Self::Val,
		origin: &RuntimeOrigin,
		call: &RuntimeCall,
		info: &DispatchInfoOf<RuntimeCall>,
		len: usize,
	) -> Result<Self::Pre, TransactionValidityError> {
		match asked {
			Asked::Pays(answer) => self
				.0
				.prepare(answer, origin, call, info, len)
				.map(Asked::Pays),
			Asked::Free => Ok(Asked::Free),
		}
	}

	fn post_dispatch_details(
		asked: Self::Pre,
		info: &DispatchInfoOf<RuntimeCall>,
		post_info: &PostDispatchInfoOf<RuntimeCall>,
		len: usize,
		result: &DispatchResult,
	) -> Result<Weight, TransactionValidityError> {
		match asked {
			Asked::Pays(answer) => {
				Payment::post_dispatch_details(answer, info, post_info, len, result)
			}
			Asked::Free => Ok(Weight::zero()),
		}
	}
}

fn valid_for_agents(tag: Vec<u8>) -> ValidTransaction {
	ValidTransaction {
		priority: AGENT_PRIORITY,
		requires: Vec::new(),
		provides: [tag].into(),
		longevity: AGENT_LONGEVITY,
		propagate: true,
	}
}

/// The tag of `call`, if it is free for `origin`.
fn tag_of_free(origin: &RuntimeOrigin, call: &RuntimeCall) -> Option<Vec<u8>> {
	let subject = subject_of(call)?;
	if !call.is_feeless(origin) {
		return None;
	}
	let (node, contract) = match subject {
		Subject::Node(node) => (node, None),
		Subject::Contract(id) => {
			let contract = covenant_contracts::Contracts::<Runtime>::get(id)?;
			(contract.node, Some(id))
		}
	};
	let name = call.get_call_metadata();
	let period = Clock::now().as_secs() / half_period();
	let tag = (node, name.pallet_name, name.function_name, contract, period);
	Some(tag.encode())
}

/// What a call is about that a node's agent may make for nothing.
enum Subject {
	Node(NodeId),
	Contract(ContractId),
}

/// What `call` is about, if it may be free. A call that is not named here is paid for by everybody.
fn subject_of(call: &RuntimeCall) -> Option<Subject> {
	match call {
		RuntimeCall::Nodes(
			NodesCall::serve { node }
			| NodesCall::heartbeat { node }
			| NodesCall::announce { node, .. },
		) => Some(Subject::Node(*node)),
		RuntimeCall::Contracts(
			ContractsCall::accept { contract, .. }
			| ContractsCall::decline { contract, .. }
			| ContractsCall::terminate { contract, .. }
			| ContractsCall::report { contract, .. }
			| ContractsCall::settle { contract },
		) => Some(Subject::Contract(*contract)),
		_ => None,
	}
}

/// As often as an agent may beat and announce.
fn half_period() -> u64 {
	let period: u64 = <Runtime as covenant_nodes::Config>::HeartbeatPeriod::get();
	period / 2
}
