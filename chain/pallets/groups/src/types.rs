//! The shapes of this pallet: who decides, with what weight, and on what.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, weights::Weight, BoundedVec};
use scale_info::TypeInfo;

/// Ids start at 1 and are never used again; 0 is the runtime's administration.
pub type GroupId = u32;
/// Counts a group's proposals from 0.
pub type ProposalId = u32;
pub type Balance = u128;

/// The group whose members administer the runtime, if its genesis names any.
pub const ADMINISTRATION: GroupId = 0;

pub const MAX_MEMBERS: u32 = 64;
pub const MAX_NAME: u32 = 64;
/// Room for a `set_members` with every member, which `integrity_test` holds us to, and for a batch of
/// 64 offers. The votes in other groups that stand around a call are not counted.
pub const MAX_CALL_LEN: u32 = 8_192;
/// How many votes in other groups may stand around a call, one within the other.
pub const MAX_VOTE_DEPTH: u32 = 3;
/// What a `propose` adds to the call it carries: which call it is, the group and the expiry. An
/// `approve` adds less.
const VOTE_LEN: u32 = 2 + 4 + 8;

/// UTF-8 without control characters.
pub type Name = BoundedVec<u8, ConstU32<MAX_NAME>>;
pub type Members<AccountId> = BoundedVec<Member<AccountId>, ConstU32<MAX_MEMBERS>>;
pub type CallBytes = BoundedVec<u8, ConstU32<{ MAX_CALL_LEN + MAX_VOTE_DEPTH * VOTE_LEN }>>;
pub type Votes<AccountId> = BoundedVec<(AccountId, Vote), ConstU32<MAX_MEMBERS>>;

/// What a member may do: a set of bits.
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
	serde::Deserialize,
	serde::Serialize,
)]
pub struct Permissions(pub u8);

impl Permissions {
	/// Open a proposal.
	pub const PROPOSE: Self = Self(1);
	/// Vote; the member's weight counts for and against.
	pub const APPROVE: Self = Self(2);
	/// Close a proposal by a single rejection, unless it is about the group itself.
	pub const VETO: Self = Self(4);

	const ALL: u8 = 1 | 2 | 4;

	pub fn contains(self, other: Self) -> bool {
		self.0 & other.0 == other.0
	}

	/// Whether there is at least one bit, and none that means nothing.
	pub fn are_known(self) -> bool {
		self.0 != 0 && self.0 & !Self::ALL == 0
	}
}

#[derive(
	Clone,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
	serde::Deserialize,
	serde::Serialize,
)]
pub struct Member<AccountId> {
	pub account: AccountId,
	/// At least 1.
	pub weight: u16,
	pub permissions: Permissions,
}

impl<AccountId> Member<AccountId> {
	pub fn may(&self, permission: Permissions) -> bool {
		self.permissions.contains(permission)
	}

	/// What this member's vote adds up to: nothing without APPROVE.
	pub fn voting_weight(&self) -> u16 {
		if self.may(Permissions::APPROVE) {
			self.weight
		} else {
			0
		}
	}
}

/// The weight of approvals that each kind of call needs.
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
	serde::Deserialize,
	serde::Serialize,
)]
pub struct Thresholds {
	pub deploy: u32,
	pub cancel: u32,
	pub spend: u32,
	/// Never below another's.
	pub govern: u32,
}

impl Thresholds {
	pub fn of(&self, kind: Kind) -> u32 {
		match kind {
			Kind::Deploy => self.deploy,
			Kind::Cancel => self.cancel,
			Kind::Spend => self.spend,
			Kind::Govern => self.govern,
		}
	}

	pub fn all(&self) -> [u32; 4] {
		[self.deploy, self.cancel, self.spend, self.govern]
	}
}

/// What a call does for a group, and so whose threshold it needs.
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
pub enum Kind {
	/// Has something run for the group.
	Deploy,
	/// Ends what runs.
	Cancel,
	/// Gives the group's money away.
	Spend,
	/// Changes who decides, or what the group stands for.
	Govern,
}

impl Kind {
	/// Nobody may keep a group from changing who decides.
	pub fn may_be_vetoed(self) -> bool {
		self != Self::Govern
	}
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
pub enum Vote {
	Approve,
	Reject,
}

/// How a proposal ended.
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
pub enum Outcome {
	/// Its call was carried out.
	Executed,
	/// It could no longer be approved, or was vetoed.
	Rejected,
	/// Its proposer took it back.
	Withdrawn,
	/// It was taken away after its time, or when it was stale.
	Cleared,
}

#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Group<AccountId> {
	pub name: Name,
	pub members: Members<AccountId>,
	pub thresholds: Thresholds,
	/// Counts the changes of members and thresholds.
	pub epoch: u32,
	pub next_proposal: ProposalId,
	pub creator: AccountId,
	/// Held on the creator.
	pub deposit: Balance,
}

impl<AccountId: PartialEq> Group<AccountId> {
	pub fn member(&self, account: &AccountId) -> Option<&Member<AccountId>> {
		self.members
			.iter()
			.find(|member| member.account == *account)
	}

	/// The weight of all who may approve.
	pub fn voting_weight(&self) -> u32 {
		voting_weight(&self.members)
	}

	/// How the votes on `proposal` add up now.
	pub fn tally(&self, proposal: &Proposal<AccountId>) -> Tally {
		Tally {
			approved: self.weight_for(Vote::Approve, &proposal.votes),
			rejected: self.weight_for(Vote::Reject, &proposal.votes),
			threshold: self.thresholds.of(proposal.kind),
			total: self.voting_weight(),
		}
	}

	/// The weight of those who voted `vote`.
	pub fn weight_for(&self, vote: Vote, votes: &Votes<AccountId>) -> u32 {
		votes
			.iter()
			.filter(|(_, cast)| *cast == vote)
			.filter_map(|(account, _)| self.member(account))
			.map(|member| u32::from(member.voting_weight()))
			.sum()
	}
}

/// The weight of all of `members` who may approve. 64 members of 65,535 fit many times over.
pub(crate) fn voting_weight<AccountId>(members: &[Member<AccountId>]) -> u32 {
	members
		.iter()
		.map(|member| u32::from(member.voting_weight()))
		.sum()
}

/// A call that a group may make once enough of its members have approved it. Times are chain
/// seconds.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Proposal<AccountId> {
	pub proposer: AccountId,
	pub call: CallBytes,
	pub kind: Kind,
	/// The group's epoch and the runtime's transaction version at which it was opened: under any
	/// other the same bytes may mean something else, and it is stale.
	pub epoch: u32,
	pub transaction_version: u32,
	pub created_at: u64,
	/// The last second in which it may be voted on.
	pub expires: u64,
	/// Held on the proposer.
	pub deposit: Balance,
	/// One for each member who voted, in the order of their first votes.
	pub votes: Votes<AccountId>,
}

/// How the votes on an open proposal add up. Only members who may approve count.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub struct Tally {
	pub approved: u32,
	pub rejected: u32,
	/// The weight of approvals that its kind needs.
	pub threshold: u32,
	/// The weight of all who may approve.
	pub total: u32,
}

impl Tally {
	/// Whether enough have approved.
	pub fn is_reached(&self) -> bool {
		self.approved >= self.threshold
	}

	/// Whether too many have rejected for that ever to be.
	pub fn is_out_of_reach(&self) -> bool {
		self.total.saturating_sub(self.rejected) < self.threshold
	}
}

/// Whether a proposal may still be decided.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub enum Decision {
	Open(Tally),
	/// Members, thresholds or the runtime's calls have changed, or the group is dissolved.
	Stale,
	/// The time to vote is over.
	Expired,
}

/// Who makes the call that a group has decided on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Caller {
	/// The group's own account.
	Group,
	/// The runtime itself: for its administration, group 0, alone.
	Root,
}

/// Decides what a group may call.
pub trait Classify<Call> {
	/// The kind of `call` when `group` makes it and who then makes it, or `None` if it may not.
	fn classify(group: GroupId, call: &Call) -> Option<(Kind, Caller)>;

	/// What it costs at most to classify `call`.
	fn weight(call: &Call) -> Weight;

	/// The longest call that a group may make, and which fails or does little: what a vote costs
	/// is measured with it, and the call that it carries is weighed by itself.
	#[cfg(any(test, feature = "runtime-benchmarks"))]
	fn longest_call() -> Call;
}

/// Group 0 of a genesis: those who may change the runtime and name its validators.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Administration<AccountId> {
	pub members: Vec<Member<AccountId>>,
	pub thresholds: Thresholds,
}

/// The bytes that a group's account is the hash of.
pub(crate) fn account_preimage(group: GroupId) -> Vec<u8> {
	[b"covenant/group".as_slice(), &group.to_le_bytes()].concat()
}
