//! # Groups
//!
//! An account that belongs to several people, who decide by weighted votes what it does.
//!
//! ## Terminology
//!
//! - **Member**: an account with a **weight** and **permissions**: to propose, to approve, to veto.
//!   Only the weight of members who may approve counts, for and against. A member may be a
//!   multisig or a proxied account: this pallet verifies no signatures itself.
//! - **Kind**: what a call does for the group: deploy, cancel, spend or govern. Each has a
//!   **threshold**, the weight of approvals it needs; govern's is never below another's.
//!   [`Config::Classify`] says of which kind a call is, anew at every vote, and refuses all that a
//!   group has no business with.
//! - **Proposal**: a call, kept here whole, that waits for the group's approval.
//! - **Epoch**: counts the changes of members and thresholds. A proposal of another epoch, or of
//!   another transaction version of the runtime, is **stale** and can no longer be decided.
//! - **Chain seconds**: every time here, from [`Config::Time`].
//!
//! ## A group's first day
//!
//! - 09:00. Alice calls [`Call::create_group`] with herself (50), Bob (30) and Carol (20) as
//!   members and 51 as the threshold of deploy. The group has an account of its own from now on,
//!   which never changes.
//! - 10:00. Carol proposes an offer to a node ([`Call::propose`]). Her deposit is held, and her 20
//!   count for it at once.
//! - 11:00. Bob approves it by [`Call::approve`], with the whole call in his transaction, so that
//!   his wallet shows him what he signs: 50 of 51.
//! - 12:00. Alice approves. 100 reach the threshold: the proposal is closed, Carol gets her deposit
//!   back, and the offer is made in Alice's very transaction. Were it to fail, so would her vote,
//!   and nothing would have changed.
//! - 13:00. Alice proposes a payment. Bob and Carol [`Call::reject`] it; the 50 that remain cannot
//!   reach the threshold any more, and it is closed.
//! - 14:00. They approve a [`Call::set_members`] without Carol. What was open is stale; whoever
//!   proposed it takes it back by [`Call::withdraw`], or anybody does by [`Call::clear`].
//! - 15:00. All agree to part. Nothing is held on the group's account, and [`Call::dissolve`] gives
//!   what it has to one of them.
//!
//! Group 0 is the runtime's administration. A genesis names its members, and the first block
//! announces it.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(any(test, feature = "runtime-benchmarks"))]
mod benchmarking;
mod charging;
mod closing;
mod constitution;
mod founding;
mod invariants;
mod queries;
mod types;
mod voting;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
	use super::{charging::charge, *};
	use alloc::{boxed::Box, vec::Vec};
	use frame_support::{
		dispatch::{GetDispatchInfo, PostDispatchInfo},
		pallet_prelude::*,
		traits::{
			fungible::{Inspect, Mutate, MutateHold},
			IsSubType, UnixTime,
		},
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::{
		traits::{Dispatchable, One},
		ArithmeticError,
	};

	pub type CallOf<T> = <T as Config>::RuntimeCall;

	#[pallet::config]
	pub trait Config:
		frame_system::Config<AccountId: From<[u8; 32]>, RuntimeEvent: From<Event<Self>>>
	{
		/// What a group may be proposed to do; [`Config::Classify`] allows only a part of it.
		type RuntimeCall: Parameter
			+ Dispatchable<
				RuntimeOrigin = <Self as frame_system::Config>::RuntimeOrigin,
				PostInfo = PostDispatchInfo,
			> + GetDispatchInfo
			+ IsSubType<Call<Self>>;

		/// What money is held for, over all pallets.
		type RuntimeHoldReason: From<HoldReason>;

		/// COV.
		type Currency: Mutate<Self::AccountId>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ Inspect<Self::AccountId, Balance = Balance>;

		/// The clock that all times are read from; its seconds are chain seconds.
		type Time: UnixTime;

		/// What a group may call, and of which kind it is.
		type Classify: Classify<<Self as Config>::RuntimeCall>;

		/// What the calls cost.
		type WeightInfo: WeightInfo;

		/// Held on the creator of each group.
		#[pallet::constant]
		type GroupDeposit: Get<Balance>;

		/// Held on the proposer of each open proposal, beside its call's bytes.
		#[pallet::constant]
		type ProposalDeposit: Get<Balance>;

		/// Held for each byte of a proposed call.
		#[pallet::constant]
		type ProposalByteDeposit: Get<Balance>;

		/// How many chain seconds ahead the expiry of a proposal may be.
		#[pallet::constant]
		type MaxProposalLifetime: Get<u64>;

		/// How many open proposals a member may have in one group.
		#[pallet::constant]
		type MaxOpenProposals: Get<u8>;
	}

	#[pallet::extra_constants]
	impl<T: Config> Pallet<T> {
		/// How many members a group may have.
		#[pallet::constant_name(MaxMembers)]
		fn max_members() -> u32 {
			MAX_MEMBERS
		}

		/// The longest name of a group, in bytes.
		#[pallet::constant_name(MaxName)]
		fn max_name() -> u32 {
			MAX_NAME
		}

		/// The longest call that may be proposed, in bytes.
		#[pallet::constant_name(MaxCallLen)]
		fn max_call_len() -> u32 {
			MAX_CALL_LEN
		}

		/// How many votes in other groups may stand around a proposed call, beyond its bytes.
		#[pallet::constant_name(MaxVoteDepth)]
		fn max_vote_depth() -> u32 {
			MAX_VOTE_DEPTH
		}
	}

	/// Raised with every change of what is stored or of what it means, together with a migration in
	/// the runtime: a test there tells when it was forgotten.
	pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// The id of the next group.
	#[pallet::storage]
	pub type NextGroup<T> = StorageValue<_, GroupId, ValueQuery, ConstU32<1>>;

	#[pallet::storage]
	pub type Groups<T: Config> = StorageMap<_, Twox64Concat, GroupId, Group<T::AccountId>>;

	/// Which group an account is the own account of.
	#[pallet::storage]
	pub type GroupOf<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, GroupId>;

	/// Those that are not closed; stale and expired ones among them.
	#[pallet::storage]
	pub type Proposals<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		GroupId,
		Twox64Concat,
		ProposalId,
		Proposal<T::AccountId>,
	>;

	/// How many proposals of an account are in `Proposals`.
	#[pallet::storage]
	pub type OpenProposals<T: Config> =
		StorageDoubleMap<_, Twox64Concat, GroupId, Blake2_128Concat, T::AccountId, u8, ValueQuery>;

	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The deposit for a group, on its creator.
		#[codec(index = 0)]
		Group,
		/// The deposit for an open proposal, on its proposer.
		#[codec(index = 1)]
		Proposal,
	}

	/// Replaying these rebuilds this pallet's storage.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A group exists, in epoch 0; `deposit` is held on its creator.
		GroupCreated {
			group: GroupId,
			account: T::AccountId,
			creator: T::AccountId,
			name: Name,
			members: Members<T::AccountId>,
			thresholds: Thresholds,
			deposit: Balance,
		},
		/// These members decide now, and what was proposed in an earlier epoch is stale.
		MembersSet {
			group: GroupId,
			members: Members<T::AccountId>,
			thresholds: Thresholds,
			epoch: u32,
		},
		/// A call waits for the group's approval; `deposit` is held on its proposer, whose vote
		/// follows as an event of its own.
		Proposed {
			group: GroupId,
			proposal: ProposalId,
			proposer: T::AccountId,
			call: Vec<u8>,
			kind: Kind,
			epoch: u32,
			transaction_version: u32,
			created_at: u64,
			expires: u64,
			deposit: Balance,
		},
		/// A member voted, or changed its vote; `weight` is what it adds up to.
		Voted {
			group: GroupId,
			proposal: ProposalId,
			member: T::AccountId,
			vote: Vote,
			weight: u16,
		},
		/// A proposal is gone and its deposit returned. The events of an executed one's call follow.
		ProposalClosed {
			group: GroupId,
			proposal: ProposalId,
			outcome: Outcome,
		},
		/// A group is gone and its creator's deposit returned; all that its account had, `moved`, is
		/// the beneficiary's. Its open proposals are stale and closed one by one.
		GroupDissolved {
			group: GroupId,
			beneficiary: T::AccountId,
			moved: Balance,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// There is no group of this id. List the groups that exist and choose one of them.
		GroupNotFound,
		/// There is no such proposal, or it is closed. List the group's open proposals.
		ProposalNotFound,
		/// Only a group's own account may do this. Propose it in the group.
		NotGroup,
		/// This account is no member of the group. Sign with a member's account.
		NotMember,
		/// This member may not propose. Ask one who may.
		NotProposer,
		/// This member may not vote on this. Ask one who may approve.
		NotApprover,
		/// A group may not make this call. See the list of what groups may call.
		CallNotAllowed,
		/// The call has more bytes than a proposal may have. Propose it in parts.
		CallTooLong,
		/// This is not the call that was proposed. Approve the proposal's own call, byte for byte.
		CallMismatch,
		/// The runtime counts this call as another kind than when it was proposed. Propose it anew.
		KindChanged,
		/// Members, thresholds or the runtime's calls have changed since. Propose it anew.
		ProposalStale,
		/// The time to vote is over. Propose it anew.
		ProposalExpired,
		/// The proposal may still be decided. Clear it once it is expired or stale.
		StillOpen,
		/// Only who proposed it may take it back. Reject it, or ask its proposer.
		NotItsProposer,
		/// The expiry is not in the future. Choose a later one.
		ExpiryPassed,
		/// The expiry is too far ahead. Choose an earlier one.
		ExpiryTooFar,
		/// This member has as many open proposals as it may. Have one of them decided first.
		TooManyOpenProposals,
		/// This member has voted so already. Nothing is left to do; to change it, vote the other way.
		AlreadyVoted,
		/// A name is UTF-8 text without control characters. Choose another.
		NotText,
		/// A member's weight is at least 1. Leave out who has none.
		ZeroWeight,
		/// These are not one or more of the permissions. Add up propose (1), approve (2) and veto (4).
		UnknownPermissions,
		/// A group's own account cannot be its member. Leave it out.
		OwnMember,
		/// An account is listed twice. Give each member one entry with its whole weight.
		DuplicateMember,
		/// No member may propose, so the group could never act. Let one propose.
		NobodyMayPropose,
		/// Each threshold is between 1 and the weight of all who may approve. Choose one of these.
		ThresholdOutOfReach,
		/// The threshold of govern is below another's. Raise it to the highest.
		GovernTooLow,
		/// The deposit cannot be held. Have it free beyond the existential deposit, and for a group
		/// the existential deposit of its account too.
		CannotHoldDeposit,
		/// The runtime's administration stays. Give it other members.
		NotDissolvable,
		/// A group that ends cannot keep its own money. Name another beneficiary.
		OwnBeneficiary,
		/// Something is held on the group's account, or locked there. End its contracts, prune their
		/// tombstones, withdraw its proposals and remove its nodes first.
		StillHolds,
	}

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Group 0, whose account the genesis gives the existential deposit.
		pub administration: Option<Administration<T::AccountId>>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			if let Some(administration) = &self.administration {
				Pallet::<T>::insert_administration(administration);
			}
		}
	}

	#[pallet::call(weight(T::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Creates a group, and opens its first proposal if there is one.
		///
		/// The signer pays the existential deposit into the group's account, has
		/// [`Config::GroupDeposit`] held, and need not be a member unless there is a `first`: a call
		/// and its expiry, proposed as by [`Call::propose`].
		#[pallet::call_index(0)]
		#[pallet::weight(match first {
			None => T::WeightInfo::create_group(),
			Some((call, _)) => T::WeightInfo::create_group()
				.saturating_add(charging::propose::<T>(call))
				.saturating_add(charging::carried::<T>(call)),
		})]
		pub fn create_group(
			origin: OriginFor<T>,
			name: Name,
			members: Members<T::AccountId>,
			thresholds: Thresholds,
			first: Option<(Box<CallOf<T>>, u64)>,
		) -> DispatchResultWithPostInfo {
			let creator = ensure_signed(origin)?;
			let own = T::WeightInfo::create_group();
			let created = Self::do_create_group(creator.clone(), name, members, thresholds);
			match (created, first) {
				(Err(error), _) => charge(own, Err(error.into())),
				(Ok(_), None) => charge(own, Ok(Weight::zero())),
				(Ok(group), Some((call, expires))) => charge(
					own.saturating_add(charging::propose::<T>(&call)),
					Self::do_propose(group, creator, *call, expires),
				),
			}
		}

		/// Proposes that the group makes `call`, until the second `expires` at the latest.
		///
		/// It is the signer's approval too, if they may approve; and if that is enough, the call is
		/// carried out at once.
		#[pallet::call_index(1)]
		#[pallet::weight(charging::propose::<T>(call).saturating_add(charging::carried::<T>(call)))]
		pub fn propose(
			origin: OriginFor<T>,
			group: GroupId,
			call: Box<CallOf<T>>,
			expires: u64,
		) -> DispatchResultWithPostInfo {
			let proposer = ensure_signed(origin)?;
			charge(
				charging::propose::<T>(&call),
				Self::do_propose(group, proposer, *call, expires),
			)
		}

		/// Approves a proposal by repeating its call, whose bytes must be the same.
		///
		/// The approval that reaches the threshold carries the call out; if the call fails, this
		/// fails with its error, and nothing has changed.
		#[pallet::call_index(2)]
		#[pallet::weight(charging::approve::<T>(call).saturating_add(charging::carried::<T>(call)))]
		pub fn approve(
			origin: OriginFor<T>,
			group: GroupId,
			proposal: ProposalId,
			call: Box<CallOf<T>>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			charge(
				charging::approve::<T>(&call),
				Self::do_approve(group, proposal, &who, *call),
			)
		}

		/// Votes against a proposal, and closes it when the weight that remains cannot reach the
		/// threshold, or when the signer may veto it.
		#[pallet::call_index(3)]
		pub fn reject(
			origin: OriginFor<T>,
			group: GroupId,
			proposal: ProposalId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_reject(group, proposal, &who)
		}

		/// Replaces the members and thresholds of the group whose account signs. Every open proposal
		/// becomes stale.
		#[pallet::call_index(4)]
		pub fn set_members(
			origin: OriginFor<T>,
			members: Members<T::AccountId>,
			thresholds: Thresholds,
		) -> DispatchResult {
			let account = ensure_signed(origin)?;
			let id = GroupOf::<T>::get(&account).ok_or(Error::<T>::NotGroup)?;
			let mut group = Groups::<T>::get(id).ok_or(Error::<T>::GroupNotFound)?;
			Self::ensure_constitution(&account, &members, &thresholds)?;

			group.members = members.clone();
			group.thresholds = thresholds;
			group.epoch = group
				.epoch
				.checked_add(1)
				.ok_or(ArithmeticError::Overflow)?;
			Groups::<T>::insert(id, &group);
			Self::deposit_event(Event::MembersSet {
				group: id,
				members,
				thresholds,
				epoch: group.epoch,
			});
			Ok(())
		}

		/// Takes back a proposal of the signer's own, at any time, and returns its deposit.
		#[pallet::call_index(5)]
		pub fn withdraw(
			origin: OriginFor<T>,
			group: GroupId,
			proposal: ProposalId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw(group, proposal, &who)
		}

		/// Takes away a proposal that is expired or stale, and returns its deposit to its proposer.
		#[pallet::call_index(6)]
		pub fn clear(origin: OriginFor<T>, group: GroupId, proposal: ProposalId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_clear(group, proposal)
		}

		/// Ends the group whose account signs, on which nothing may be held. The creator's deposit is
		/// returned, and the beneficiary gets all that the account has.
		#[pallet::call_index(7)]
		pub fn dissolve(origin: OriginFor<T>, beneficiary: T::AccountId) -> DispatchResult {
			let account = ensure_signed(origin)?;
			Self::do_dissolve(account, beneficiary)
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(number: BlockNumberFor<T>) -> Weight {
			if !number.is_one() {
				return Weight::zero();
			}
			Self::announce_administration();
			T::WeightInfo::announce_administration()
		}

		fn integrity_test() {
			let largest =
				Members::<T::AccountId>::max_encoded_len() + Thresholds::max_encoded_len();
			// Two bytes say which call it is.
			assert!(
				largest + 2 <= MAX_CALL_LEN as usize,
				"a group of {MAX_MEMBERS} could not propose its members"
			);
			assert!(T::MaxOpenProposals::get() > 0, "nobody could propose");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	impl<T: Config> Pallet<T> {
		/// The account of the group `id`, whether it exists or not.
		pub fn account_of(id: GroupId) -> T::AccountId {
			sp_io::hashing::blake2_256(&types::account_preimage(id)).into()
		}

		/// The group `id`.
		pub fn group(id: GroupId) -> Option<Group<T::AccountId>> {
			Groups::<T>::get(id)
		}

		/// The chain second.
		pub(crate) fn now() -> u64 {
			T::Time::now().as_secs()
		}
	}
}
