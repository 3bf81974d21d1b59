//! The shapes of this pallet: what is asked of a node, how far it has come, and what is left of it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
pub use covenant_nodes::{Balance, NodeId, Resources};
use frame_support::{
	traits::Get, BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound,
};
use scale_info::TypeInfo;

/// Ids start at 1 and are never used again.
pub type ContractId = u64;
/// The blake2-256 of a body's bytes.
pub type BodyHash = sp_core::H256;

/// What a node runs under a contract, and for how much.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Spec {
	/// Counts the specs that were ever offered under this contract, from 1.
	pub version: u32,
	pub body: BodyHash,
	pub resources: Resources,
	/// Per second of the node's live clock.
	pub rate: Balance,
	/// The node's sealing key that the body's secrets are encrypted to.
	pub sealing_version: u32,
	/// Held on the owner for the body's bytes.
	pub deposit: Balance,
}

/// A spec that the node may accept until its deadline, the second itself included.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Offer {
	pub spec: Spec,
	/// In chain seconds.
	pub deadline: u64,
}

#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub enum ContractState {
	/// The node has not answered yet; nothing is reserved and nothing is paid.
	Offered,
	/// The node runs the spec and is paid for each second that it is there.
	Running,
	/// The escrow is used up: nothing accrues, the process is stopped, capacity is kept.
	Suspended,
}

/// Why a node does not take an offer, or ends what it runs.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub enum DeclineReason {
	/// The operator does not take this owner, or this kind of work.
	Policy,
	/// There is no room for it.
	Capacity,
	/// The image cannot be fetched, or is not what its digest says.
	Image,
	/// The secrets cannot be opened, or are not meant for this contract.
	Secrets,
	/// The rate or the escrow is too low.
	Price,
	/// The machine cannot do what the body asks.
	Hardware,
	/// A reason the two sides have agreed on a number for.
	Other(u8),
}

/// Why a contract has ended.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub enum CloseReason {
	/// Its owner ended it.
	Cancelled,
	/// The node did not answer its offer in time.
	Expired,
	/// The node did not take its first offer.
	Declined(DeclineReason),
	/// The node ended what it ran.
	Terminated(DeclineReason),
	/// It was suspended for so long that anyone could end it.
	OutOfFunds,
	/// Its node had retired, so that anyone could end it.
	NodeRetired,
}

/// Why an update is not pending any more, and what ran runs on.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub enum DropReason {
	/// Its owner took it back.
	Withdrawn,
	/// The node did not answer it in time.
	Expired,
	/// The node did not take it.
	Declined(DeclineReason),
}

/// How a workload is, in its node's words. It changes nothing of what is paid.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub enum Health {
	/// It is being fetched or started.
	Starting,
	/// All of it runs.
	Healthy,
	/// Some of it does not run, or does not answer its health check.
	Unhealthy,
	/// Its programs have ended for good.
	Ended,
}

/// The last that a node said of a workload.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Report {
	pub health: Health,
	/// In chain seconds.
	pub at: u64,
}

/// A deployment on a node. Times are chain seconds but for `settled_at`.
///
/// Offered has an offer in `pending` and nothing running; Running and Suspended have `running`,
/// perhaps with an update in `pending` beside it, and Suspended its moment in `suspended_at`.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Contract<AccountId> {
	/// Pays for it and may end it. Never changes.
	pub owner: AccountId,
	pub node: NodeId,
	pub state: ContractState,
	pub running: Option<Spec>,
	pub pending: Option<Offer>,
	/// How many specs were ever offered.
	pub version: u32,
	/// What is left to pay from, held on the owner.
	pub escrow: Balance,
	/// The reading of the node's live clock up to which it has been paid; 0 in an offer.
	pub settled_at: u64,
	pub suspended_at: Option<u64>,
	/// The workload's public key on its owner's network, which the agent made when it accepted.
	pub network_key: Option<[u8; 32]>,
	pub created_at: u64,
	/// Held on the owner for this entry; each spec has its own deposit beside it.
	pub deposit: Balance,
	/// What the node said last of what runs.
	pub report: Option<Report>,
}

impl<AccountId> Contract<AccountId> {
	/// Every spec this contract names, and so keeps the body of.
	pub fn specs(&self) -> impl Iterator<Item = &Spec> {
		self.running
			.iter()
			.chain(self.pending.iter().map(|offer| &offer.spec))
	}

	/// All that is held on the owner beside the escrow: for the entry and the bodies it names.
	pub fn deposits(&self) -> Balance {
		self.specs()
			.fold(self.deposit, |sum, spec| sum.saturating_add(spec.deposit))
	}

	/// What this contract has taken of its node's capacity.
	pub fn reserved(&self) -> Resources {
		self.running
			.map_or_else(Resources::default, |spec| spec.resources)
	}
}

/// What settling a contract now would come to, and how long it goes on from there.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub struct Funds {
	/// Owed to the operator by now; no more than the escrow.
	pub due: Balance,
	/// The state once that is paid: Suspended when it uses the escrow up.
	pub state: ContractState,
	/// The chain second in which the escrow is used up if the node is there without a break; later
	/// if it is not. `None` where nothing accrues any more, or what accrues never gets there.
	pub funded_until: Option<u64>,
	/// When anyone may close it, if it is suspended in storage and nobody tops it up.
	pub grace_until: Option<u64>,
}

/// What a node has left to give.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub struct Capacity {
	/// What no contract has taken. An offer takes nothing.
	pub free: Resources,
	/// Whether it is Active, and was seen within the last window.
	pub takes_offers: bool,
}

/// What is left of a contract that has ended.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Tombstone<AccountId> {
	pub owner: AccountId,
	pub node: NodeId,
	pub reason: CloseReason,
	/// In chain seconds.
	pub closed_at: u64,
	pub version: u32,
	/// What it ran, or what was offered if it never did.
	pub body: BodyHash,
	/// Held on the owner for this entry.
	pub deposit: Balance,
}

/// The bytes that a node is asked to run, and who keeps them here.
#[derive(
	CloneNoBound,
	DebugNoBound,
	Decode,
	DecodeWithMemTracking,
	Encode,
	EqNoBound,
	MaxEncodedLen,
	PartialEqNoBound,
	TypeInfo,
)]
#[scale_info(skip_type_params(MaxLen))]
pub struct Body<MaxLen: Get<u32>> {
	pub bytes: BoundedVec<u8, MaxLen>,
	/// How many accounts hold it against a deposit.
	pub holders: u32,
	/// How many specs of contracts name it.
	pub references: u32,
}
