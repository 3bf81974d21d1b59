//! The shapes of this pallet: what a node offers, what it asks for it, and what is known of it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// Amounts in the smallest unit of COV (18 decimals).
pub type Balance = u128;
/// Ids start at 1 and are never used again.
pub type NodeId = u32;

pub const MAX_REGION_LEN: u32 = 32;
pub const MAX_ATTRIBUTES: u32 = 16;
pub const MAX_ATTRIBUTE_KEY_LEN: u32 = 32;
pub const MAX_ATTRIBUTE_VALUE_LEN: u32 = 64;
pub const MAX_ENDPOINT_LEN: u32 = 128;

/// Where the node is, in the operator's words (`eu`). May be empty.
pub type Region = BoundedVec<u8, ConstU32<MAX_REGION_LEN>>;
/// Facts that deployments choose nodes by; no key twice.
pub type Attributes = BoundedVec<Attribute, ConstU32<MAX_ATTRIBUTES>>;
/// Where other nodes reach this one (`203.0.113.7:51820`). Empty: nowhere.
pub type Endpoint = BoundedVec<u8, ConstU32<MAX_ENDPOINT_LEN>>;

/// One fact about a node.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Attribute {
	pub key: BoundedVec<u8, ConstU32<MAX_ATTRIBUTE_KEY_LEN>>,
	pub value: BoundedVec<u8, ConstU32<MAX_ATTRIBUTE_VALUE_LEN>>,
}

/// What a node has, or what a contract asks of it.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Default,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Resources {
	/// Milli-cores.
	pub cpu: u32,
	/// MiB.
	pub memory: u32,
	/// MiB.
	pub storage: u32,
	pub gpus: u16,
	pub public_ipv4: u16,
}

impl Resources {
	/// The sum of each part, or `None` where one is too large to count.
	pub fn checked_add(self, other: Self) -> Option<Self> {
		Some(Self {
			cpu: self.cpu.checked_add(other.cpu)?,
			memory: self.memory.checked_add(other.memory)?,
			storage: self.storage.checked_add(other.storage)?,
			gpus: self.gpus.checked_add(other.gpus)?,
			public_ipv4: self.public_ipv4.checked_add(other.public_ipv4)?,
		})
	}

	/// The difference of each part, or `None` where `other` has more of one.
	pub fn checked_sub(self, other: Self) -> Option<Self> {
		Some(Self {
			cpu: self.cpu.checked_sub(other.cpu)?,
			memory: self.memory.checked_sub(other.memory)?,
			storage: self.storage.checked_sub(other.storage)?,
			gpus: self.gpus.checked_sub(other.gpus)?,
			public_ipv4: self.public_ipv4.checked_sub(other.public_ipv4)?,
		})
	}

	/// Whether no part is more than `limit` has of it.
	pub fn fits_in(self, limit: Self) -> bool {
		limit.checked_sub(self).is_some()
	}

	/// What these resources cost per second: Σ resource × price, or `None` past the largest amount.
	pub fn rate(self, prices: &Prices) -> Option<Balance> {
		[
			(u32::from(self.gpus), prices.gpu),
			(u32::from(self.public_ipv4), prices.public_ipv4),
			(self.cpu, prices.cpu),
			(self.memory, prices.memory),
			(self.storage, prices.storage),
		]
		.into_iter()
		.try_fold(0, |sum: Balance, (count, price)| {
			sum.checked_add(price.checked_mul(count.into())?)
		})
	}
}

/// What a node asks per second, each for one unit of the resource of that name.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Default,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Prices {
	pub cpu: Balance,
	pub memory: Balance,
	pub storage: Balance,
	pub gpu: Balance,
	pub public_ipv4: Balance,
}

/// What secrets for this node are encrypted to.
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
pub struct SealingKey {
	/// An x25519 public key.
	pub key: [u8; 32],
	/// Counts the node's sealing keys, from 1; a contract names the one it was sealed for.
	pub version: u32,
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
pub enum NodeState {
	/// Takes offers.
	Active,
	/// Takes no new offers or updates; what it runs goes on.
	Draining,
	/// Gone for good: its live clock stands still, and anyone may close its contracts.
	Retired,
}

/// A machine that runs contracts. Times are chain seconds.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Node<AccountId> {
	/// Owns the node and is paid.
	pub operator: AccountId,
	/// The account that may bind itself as the agent, and take the place of one that serves, until
	/// it has.
	pub named_agent: Option<AccountId>,
	/// The machine's own key, once it serves.
	pub agent: Option<AccountId>,
	pub sealing: SealingKey,
	pub total: Resources,
	/// The sum over the contracts that this node has accepted and that are not closed.
	pub reserved: Resources,
	pub prices: Prices,
	pub region: Region,
	pub attributes: Attributes,
	pub endpoint: Endpoint,
	/// When the agent last changed the endpoint.
	pub announced_at: Option<u64>,
	pub state: NodeState,
	/// The live clock at `last_seen`: seconds of presence. Read it with [`Node::live_at`].
	pub live: u64,
	/// The agent's last heartbeat, or when it began to serve.
	pub last_seen: Option<u64>,
	/// How many contracts on this node are not closed, offers included.
	pub contracts: u32,
	/// Held on the operator for this entry.
	pub deposit: Balance,
}

impl<AccountId> Node<AccountId> {
	/// The live clock's reading at `now`: presence is believed for one `window` past the last
	/// sign of life, and stands still from there. It never goes back, and of a retired node it
	/// does not move.
	pub fn live_at(&self, now: u64, window: u64) -> u64 {
		if self.state == NodeState::Retired {
			return self.live;
		}
		let unseen = self.last_seen.map_or(0, |seen| now.saturating_sub(seen));
		self.live.saturating_add(unseen.min(window))
	}

	/// Whether the agent gave a sign of life within the last `window` seconds.
	pub fn is_seen(&self, now: u64, window: u64) -> bool {
		self.last_seen
			.is_some_and(|seen| now.saturating_sub(seen) <= window)
	}

	/// What of this node's capacity no contract has taken.
	pub fn free(&self) -> Resources {
		// An update never goes below what is reserved, and a reservation never beyond the total; qed.
		self.total.checked_sub(self.reserved).unwrap_or_default()
	}

	/// What would be reserved if this node took `more` on in the place of `less`, which it has
	/// reserved; or `None` where that does not fit.
	pub fn reserved_after(&self, less: Resources, more: Resources) -> Option<Resources> {
		self.reserved
			.checked_sub(less)?
			.checked_add(more)
			.filter(|sum| sum.fits_in(self.total))
	}
}
