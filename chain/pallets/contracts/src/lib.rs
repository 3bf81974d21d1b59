//! # Contracts
//!
//! A deployment as a contract: an owner asks a node to run a body, and pays it for each second
//! that it is there.
//!
//! ## Terminology
//!
//! - **Body**: what the node is asked to run, as bytes known by their blake2-256. Accounts hold a
//!   body against a deposit; the bytes go when nobody holds them and no contract names them.
//! - **Spec**: a body, the resources it takes, the rate that is paid per second, and the node's
//!   sealing key it was made for. An **offer** is a spec with a deadline.
//! - **Contract**: one owner, one node, the spec that runs, and the offer that is pending.
//! - **Escrow**: what the owner has put aside to pay from, held on the owner's account.
//! - **Settling**: paying `rate × seconds` of the node's live clock out of the escrow, since the
//!   last settlement. Every call that touches a running contract settles it first, so that the
//!   state in storage is the state.
//! - **Tombstone**: what is left of a contract that has ended.
//!
//! ```text
//!   create ──▶ Offered ──accept──▶ Running ──escrow used up──▶ Suspended
//!                 │                   │                            │
//!            decline, cancel        cancel                       cancel
//!                 ▼                   ▼                            ▼
//!              (closed: a tombstone, and every deposit and amount back where it came from)
//! ```
//!
//! ## A contract's life
//!
//! - Day 1, 09:00. The owner calls [`Call::note_body`], then [`Call::create`] for a node that was
//!   seen within the last window, with 45 COV in escrow. The rate is the node's price of this
//!   moment and stays. Nothing is reserved yet.
//! - 09:01. The node's agent has looked at the body and calls [`Call::accept`] for exactly this
//!   version and hash. The capacity is reserved and the rate accrues from here.
//! - Day 2, 09:01. A day has passed on the live clock: the agent may call [`Call::settle`] without
//!   a fee. Anyone may at any time, for one.
//! - Day 3. The machine is off for five hours. Its live clock stands still after one window, and
//!   so does what is due.
//! - Day 9. What is due reaches the escrow. The agent settles: the node gets what is left, and the
//!   contract is suspended; the process stops, the capacity stays reserved.
//! - Day 10. The owner calls [`Call::cancel`]: the capacity is free, the deposit is back but for
//!   the tombstone's share.
//!
//! ## Money
//!
//! Every amount is a hold on its owner under a reason of its own, stored with the item it was
//! taken for and refunded from there. A payout is a transfer out of the hold; one that cannot be
//! delivered goes back to the owner, and never keeps a contract from closing.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod bodies;
mod checks;
mod closing;
mod invariants;
mod settlement;
mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use settlement::Settlement;
pub use types::*;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use frame_support::{
		pallet_prelude::*,
		traits::{fungible::MutateHold, ConstU64},
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::ArithmeticError;

	pub type ContractOf<T> = Contract<<T as frame_system::Config>::AccountId>;
	pub type TombstoneOf<T> = Tombstone<<T as frame_system::Config>::AccountId>;
	pub type BodyOf<T> = Body<<T as Config>::MaxBodyLen>;

	/// Clock and currency are those of nodes.
	#[pallet::config]
	pub trait Config:
		frame_system::Config<RuntimeEvent: From<Event<Self>>>
		+ covenant_nodes::Config<RuntimeHoldReason: From<HoldReason>>
	{
		/// The longest body, in bytes.
		#[pallet::constant]
		type MaxBodyLen: Get<u32>;

		/// How many chain seconds ahead the deadline of an offer may be.
		#[pallet::constant]
		type MaxDeadline: Get<u64>;

		/// How many seconds of the live clock lie between two settlements that are free for the
		/// agent.
		#[pallet::constant]
		type SettlePeriod: Get<u64>;

		/// Held on each holder of a body, beside its bytes.
		#[pallet::constant]
		type BodyDeposit: Get<Balance>;

		/// Held for each byte of a body, on its holders and on the owners of contracts that name it.
		#[pallet::constant]
		type BodyByteDeposit: Get<Balance>;

		/// Held on the owner of a contract, beside its body's bytes.
		#[pallet::constant]
		type ContractDeposit: Get<Balance>;

		/// The share of [`Config::ContractDeposit`] that stays held for the tombstone.
		#[pallet::constant]
		type TombstoneDeposit: Get<Balance>;
	}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// The id of the next contract.
	#[pallet::storage]
	pub type NextContract<T> = StorageValue<_, ContractId, ValueQuery, ConstU64<1>>;

	/// Every contract that has not ended.
	#[pallet::storage]
	pub type Contracts<T: Config> = StorageMap<_, Twox64Concat, ContractId, ContractOf<T>>;

	/// What is left of those that have.
	#[pallet::storage]
	pub type Tombstones<T: Config> = StorageMap<_, Twox64Concat, ContractId, TombstoneOf<T>>;

	#[pallet::storage]
	pub type Bodies<T: Config> = StorageMap<_, Identity, BodyHash, BodyOf<T>>;

	/// What each holder of a body has left for it.
	#[pallet::storage]
	pub type BodyDeposits<T: Config> =
		StorageDoubleMap<_, Identity, BodyHash, Blake2_128Concat, T::AccountId, Balance>;

	#[pallet::composite_enum]
	pub enum HoldReason {
		/// What a contract is paid from, on its owner.
		#[codec(index = 0)]
		Escrow,
		/// The deposit for a contract and its body's bytes, on its owner.
		#[codec(index = 1)]
		Contract,
		/// The deposit for a body, on its holder.
		#[codec(index = 2)]
		Body,
		/// The deposit for a tombstone, on the owner of the contract it was.
		#[codec(index = 3)]
		Tombstone,
	}

	/// Replaying these, with those of nodes, rebuilds this pallet's storage.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// `who` holds the body now.
		BodyNoted {
			hash: BodyHash,
			who: T::AccountId,
			bytes: BoundedVec<u8, T::MaxBodyLen>,
			deposit: Balance,
		},
		/// `who` does not hold the body any more.
		BodyDropped { hash: BodyHash, who: T::AccountId },
		/// Nobody holds the body and no contract names it: its bytes are gone.
		BodyRemoved { hash: BodyHash },
		/// A contract is offered to a node, which may accept it until `deadline`.
		Created {
			contract: ContractId,
			owner: T::AccountId,
			node: NodeId,
			version: u32,
			body: BodyHash,
			resources: Resources,
			rate: Balance,
			sealing_version: u32,
			escrow: Balance,
			deposit: Balance,
			deadline: u64,
			created_at: u64,
		},
		/// The node runs this version now, and is paid from `settled_at` of its live clock.
		Accepted {
			contract: ContractId,
			node: NodeId,
			version: u32,
			body: BodyHash,
			network_key: [u8; 32],
			settled_at: u64,
		},
		/// The node does not take this version.
		Declined {
			contract: ContractId,
			node: NodeId,
			version: u32,
			reason: DeclineReason,
		},
		/// The node was paid up to `settled_at` of its live clock; `at` is the clock's time. What
		/// the escrow lost and `paid` does not have could not be delivered, and is the owner's.
		Settled {
			contract: ContractId,
			node: NodeId,
			paid: Balance,
			escrow: Balance,
			settled_at: u64,
			state: ContractState,
			at: u64,
		},
		/// The contract has ended: `refund` of escrow and `deposit` were returned, and
		/// `tombstone_deposit` is kept for what is left of it.
		Closed {
			contract: ContractId,
			node: NodeId,
			reason: CloseReason,
			refund: Balance,
			deposit: Balance,
			tombstone_deposit: Balance,
			closed_at: u64,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// There is no open contract of this id. One that was here has ended; see its tombstone.
		ContractNotFound,
		/// Only the contract's owner may do this. Sign with the owner, or propose it in the group
		/// that is.
		NotOwner,
		/// Only the node's agent may do this. Sign with the key of the machine that serves it.
		NotAgent,
		/// This account does not hold the body. Sign with the account that noted it.
		NotHolder,
		/// No body of this hash is here. Note its bytes first.
		BodyNotFound,
		/// The node was not seen within the last window. Choose another, or wait until it is back.
		NodeNotSeen,
		/// The node's price for this is above the most you would pay. Look at the price again and
		/// raise the limit, ask for less, or choose another node.
		RateAboveMax,
		/// The node's price for this is beyond the largest amount. Choose another node.
		RateOverflow,
		/// The deadline is not in the future. Choose a later one.
		DeadlinePassed,
		/// The deadline is further ahead than an offer may wait. Choose an earlier one.
		DeadlineTooFar,
		/// The deposit, and the escrow with it, cannot be held. Have both free beyond the
		/// existential deposit, or put less in escrow.
		CannotHoldDeposit,
		/// Nothing is waiting for the node's answer. Read the contract again.
		NothingOffered,
		/// Another version is offered. Read the contract again and answer that one.
		WrongVersion,
		/// The offer names another body. Read the contract again.
		WrongBody,
		/// The deadline of this offer is over. The owner must offer it again.
		OfferExpired,
		/// The body was sealed for a key the node does not have any more. The owner must seal and
		/// offer it again.
		SealingKeyChanged,
		/// The contract does not run, so nothing is due. Read its state.
		NotRunning,
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Keeps a body on chain against a deposit that the signer gets back by
		/// [`Call::drop_body`]. Succeeds without a change when the signer holds it already.
		#[pallet::call_index(0)]
		#[pallet::weight(weights::note_body::<T>(bytes.len() as u32))]
		pub fn note_body(
			origin: OriginFor<T>,
			bytes: BoundedVec<u8, T::MaxBodyLen>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_note_body(who, bytes)
		}

		/// Returns the signer's deposit for a body. The bytes stay while another holds them or a
		/// contract names them.
		#[pallet::call_index(1)]
		#[pallet::weight(weights::drop_body::<T>())]
		pub fn drop_body(origin: OriginFor<T>, hash: BodyHash) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_drop_body(who, hash)
		}

		/// Offers a contract to `node`; the signer becomes its owner.
		///
		/// The rate is the node's price for `resources` at this moment and never moves; it is
		/// refused above `max_rate`. `escrow` and a deposit are held. `deadline` is the last chain
		/// second in which the node may accept.
		#[pallet::call_index(2)]
		#[pallet::weight(weights::create::<T>())]
		pub fn create(
			origin: OriginFor<T>,
			node: NodeId,
			body: BodyHash,
			resources: Resources,
			max_rate: Balance,
			escrow: Balance,
			deadline: u64,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			let offer = Self::check_create(node, body, resources, max_rate, deadline)?;
			let body_len = Self::refer_to_body(body)?;
			let deposit =
				T::ContractDeposit::get().saturating_add(Self::deposit_for_bytes(body_len));
			T::Currency::hold(&HoldReason::Escrow.into(), &owner, escrow)
				.and_then(|()| T::Currency::hold(&HoldReason::Contract.into(), &owner, deposit))
				.map_err(|_| Error::<T>::CannotHoldDeposit)?;
			covenant_nodes::Pallet::<T>::contract_opened(node)?;

			let id = NextContract::<T>::get();
			NextContract::<T>::put(id.checked_add(1).ok_or(ArithmeticError::Overflow)?);
			let created_at = covenant_nodes::Pallet::<T>::now();
			let Spec {
				version,
				rate,
				sealing_version,
				..
			} = offer.spec;
			Contracts::<T>::insert(
				id,
				Contract {
					owner: owner.clone(),
					node,
					state: ContractState::Offered,
					running: None,
					pending: Some(offer),
					version,
					escrow,
					settled_at: 0,
					suspended_at: None,
					network_key: None,
					created_at,
					deposit,
				},
			);
			Self::deposit_event(Event::Created {
				contract: id,
				owner,
				node,
				version,
				body,
				resources,
				rate,
				sealing_version,
				escrow,
				deposit,
				deadline,
				created_at,
			});
			Ok(())
		}

		/// Takes exactly the offered `version` and `body` on: reserves its resources on the node,
		/// and is paid from here.
		#[pallet::call_index(3)]
		#[pallet::weight(weights::accept::<T>())]
		#[pallet::feeless_if(|
			origin: &OriginFor<T>,
			contract: &ContractId,
			version: &u32,
			body: &BodyHash,
			_network_key: &[u8; 32],
		| -> bool {
			Pallet::<T>::passes(origin, |who| {
				Pallet::<T>::check_accept(who, *contract, *version, *body)
			})
		})]
		pub fn accept(
			origin: OriginFor<T>,
			contract: ContractId,
			version: u32,
			body: BodyHash,
			network_key: [u8; 32],
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let id = contract;
			let ((contract, node), spec) = Self::check_accept(&who, id, version, body)?;

			covenant_nodes::Pallet::<T>::reserve(contract.node, spec.resources)?;
			let settled_at = covenant_nodes::Pallet::<T>::live(&node);
			let node = contract.node;
			Contracts::<T>::insert(
				id,
				Contract {
					state: ContractState::Running,
					running: Some(spec),
					pending: None,
					settled_at,
					network_key: Some(network_key),
					..contract
				},
			);
			Self::deposit_event(Event::Accepted {
				contract: id,
				node,
				version,
				body,
				network_key,
				settled_at,
			});
			Ok(())
		}

		/// Says no to the offered `version`. The contract ends, and all is refunded.
		#[pallet::call_index(4)]
		#[pallet::weight(weights::decline::<T>())]
		#[pallet::feeless_if(|
			origin: &OriginFor<T>,
			contract: &ContractId,
			version: &u32,
			_reason: &DeclineReason,
		| -> bool {
			Pallet::<T>::passes(origin, |who| Pallet::<T>::check_decline(who, *contract, *version))
		})]
		pub fn decline(
			origin: OriginFor<T>,
			contract: ContractId,
			version: u32,
			reason: DeclineReason,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let id = contract;
			let contract = Self::check_decline(&who, id, version)?;

			let node = contract.node;
			Self::deposit_event(Event::Declined {
				contract: id,
				node,
				version,
				reason,
			});
			Self::do_close(id, contract, CloseReason::Declined(reason));
			Ok(())
		}

		/// Ends the contract, whatever its state: the node is paid to this second, the rest of the
		/// escrow is the owner's again.
		#[pallet::call_index(5)]
		#[pallet::weight(weights::cancel::<T>())]
		pub fn cancel(origin: OriginFor<T>, contract: ContractId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let id = contract;
			let (mut contract, node) = Self::check_cancel(&who, id)?;

			if let Some(settlement) = Self::settlement(&contract, &node) {
				Self::do_settle(id, &mut contract, &node, settlement);
			}
			Self::do_close(id, contract, CloseReason::Cancelled);
			Ok(())
		}

		/// Pays the node what is due; anyone may ask for it. When the escrow is used up, the
		/// contract is suspended.
		///
		/// Free for the node's agent when it suspends the contract, or when
		/// [`Config::SettlePeriod`] has passed on the node's live clock.
		#[pallet::call_index(6)]
		#[pallet::weight(weights::settle::<T>())]
		#[pallet::feeless_if(|origin: &OriginFor<T>, contract: &ContractId| -> bool {
			ensure_signed(origin.clone())
				.is_ok_and(|who| Pallet::<T>::settles_freely(&who, *contract))
		})]
		pub fn settle(origin: OriginFor<T>, contract: ContractId) -> DispatchResult {
			ensure_signed(origin)?;
			let id = contract;
			let ((mut contract, node), settlement) = Self::check_settle(id)?;

			Self::do_settle(id, &mut contract, &node, settlement);
			Contracts::<T>::insert(id, contract);
			Ok(())
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(
				T::TombstoneDeposit::get() <= T::ContractDeposit::get(),
				"a tombstone's deposit is a share of its contract's"
			);
			assert!(
				T::SettlePeriod::get() > 0,
				"a feeless settlement has a period"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
