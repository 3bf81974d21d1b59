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
//! - **Update**: an offer in the place of the first one, or beside what runs, which goes on until
//!   the node accepts. A later update takes the place of one that is pending.
//! - **Escrow**: what the owner has put aside to pay from, held on the owner's account.
//! - **Settling**: paying `rate × seconds` of the node's live clock out of the escrow, since the
//!   last settlement. Every call that touches a running contract settles it first, so that the
//!   state in storage is the state.
//! - **Tombstone**: what is left of a contract that has ended, for
//!   [`Config::TombstonePeriod`]; its id is never used again.
//!
//! ```text
//!                update           accept an update
//!                ┌────┐               ┌────┐
//!                ▼    │               ▼    │  ──escrow used up──▶
//!   create ──▶ Offered ──accept──▶ Running                        Suspended
//!                 │                   │       ◀──────top_up──────     │
//!         decline, expire,       terminate,                       terminate,
//!              cancel              cancel                           cancel,
//!                 │                   │                    close (after the grace)
//!                 ▼                   ▼                               ▼
//!              (closed: a tombstone, and every deposit and amount back where it came from)
//!
//!   Anyone closes any of them once their node has retired.
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
//! - Day 10. Somebody calls [`Call::top_up`], as a gift to the owner: the contract runs again, and
//!   is paid for from here. Had nobody done so for [`Config::SuspensionGrace`], anyone could have
//!   closed it.
//! - Day 11. The owner calls [`Call::update`] with another body. What runs goes on, at its rate,
//!   until the agent accepts; then it is settled, and capacity, body and deposit change places.
//! - Day 12. The owner calls [`Call::cancel`]: the capacity is free, the deposit is back but for
//!   the tombstone's share.
//! - Day 42. Anyone may call [`Call::prune`], which returns that share too.
//!
//! ## Money
//!
//! Every amount is a hold on its owner under a reason of its own, stored with the item it was
//! taken for and refunded from there. A payout is a transfer out of the hold; one that cannot be
//! delivered goes back to the owner, and never keeps a contract from closing.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(any(test, feature = "runtime-benchmarks"))]
mod benchmarking;
mod bodies;
mod checks;
mod closing;
mod funding;
mod invariants;
mod queries;
mod settlement;
mod types;
mod updates;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use settlement::Settlement;
pub use types::*;
pub use weights::WeightInfo;

#[allow(
	clippy::too_many_arguments,
	reason = "an offer says all there is to it"
)]
#[frame_support::pallet]
pub mod pallet {
	use super::{checks::Terms, *};
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
		/// What the calls cost.
		type WeightInfo: WeightInfo;

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

		/// For how many chain seconds a contract may be suspended before anyone may close it.
		#[pallet::constant]
		type SuspensionGrace: Get<u64>;

		/// How many chain seconds lie between two reports on a contract.
		#[pallet::constant]
		type ReportPeriod: Get<u64>;

		/// For how many chain seconds a tombstone stays at least.
		#[pallet::constant]
		type TombstonePeriod: Get<u64>;

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

	/// Raised with every change of what is stored or of what it means, together with a migration in
	/// the runtime: a test there tells when it was forgotten.
	pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
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
			/// For the contract's entry.
			deposit: Balance,
			/// For the body's bytes.
			body_deposit: Balance,
			deadline: u64,
			created_at: u64,
		},
		/// Another spec is offered, in the place of the one that was pending, if one was. What runs
		/// goes on. The escrow stays as it is.
		UpdateOffered {
			contract: ContractId,
			node: NodeId,
			version: u32,
			body: BodyHash,
			resources: Resources,
			rate: Balance,
			sealing_version: u32,
			/// For the body's bytes.
			deposit: Balance,
			deadline: u64,
		},
		/// The update beside what runs is not pending any more, and its deposit is back.
		UpdateDropped {
			contract: ContractId,
			node: NodeId,
			version: u32,
			reason: DropReason,
		},
		/// The node runs this version now, in the place of what it ran before, and is paid from
		/// `settled_at` of its live clock.
		Accepted {
			contract: ContractId,
			node: NodeId,
			version: u32,
			body: BodyHash,
			network_key: [u8; 32],
			settled_at: u64,
		},
		/// The node does not take this version. The contract is closed, or the update dropped.
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
		/// `who` put `amount` into the escrow. What was suspended runs again, and is paid for from
		/// `settled_at` of the live clock.
		ToppedUp {
			contract: ContractId,
			node: NodeId,
			who: T::AccountId,
			amount: Balance,
			escrow: Balance,
			settled_at: u64,
			state: ContractState,
		},
		/// The node said how the workload is.
		Reported {
			contract: ContractId,
			node: NodeId,
			health: Health,
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
		/// The tombstone is gone, and its `deposit` is the owner's again.
		Pruned {
			contract: ContractId,
			deposit: Balance,
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
		/// The contract does not run, so nothing is due and nothing can be reported. Read its state.
		NotRunning,
		/// The node takes no new offers or updates. Choose another.
		NodeNotActive,
		/// The escrow is used up. Top the contract up first, or have it settled and see.
		ContractSuspended,
		/// The node has not accepted this contract. Decline its offer.
		NotAccepted,
		/// No update is beside what runs. Read the contract again; to take a first offer back,
		/// cancel the contract.
		NoUpdate,
		/// Another version was offered since this update was made. Look at what it would change now,
		/// and make it anew.
		StaleBase,
		/// The deadline of this offer is not over. Wait for it.
		NotExpired,
		/// The contract is not suspended for long enough, and its node is not retired. Only its
		/// owner or the node may end it.
		NotClosable,
		/// Nothing comes of so little. Give an amount, and to what is suspended enough to go on
		/// for a window.
		TopUpTooSmall,
		/// The last report on this contract is not long enough ago. Wait for the period; nothing
		/// depends on it.
		ReportedTooSoon,
		/// There is no tombstone of this id. The contract is open, or the tombstone is pruned.
		TombstoneNotFound,
		/// The tombstone's time is not over. Wait for it.
		PrunedTooSoon,
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Keeps a body on chain against a deposit that the signer gets back by
		/// [`Call::drop_body`]. Succeeds without a change when the signer holds it already.
		#[pallet::call_index(0)]
		#[pallet::weight(<T as Config>::WeightInfo::note_body(bytes.len() as u32))]
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
			let terms = Terms {
				body,
				resources,
				max_rate,
				deadline,
			};
			let mut offer = Self::check_create(node, terms)?;
			let body_len = Self::refer_to_body(body)?;
			let deposit = T::ContractDeposit::get();
			let body_deposit = Self::deposit_for_bytes(body_len);
			offer.spec.deposit = body_deposit;
			let deposits = deposit.saturating_add(body_deposit);
			T::Currency::hold(&HoldReason::Escrow.into(), &owner, escrow)
				.and_then(|()| T::Currency::hold(&HoldReason::Contract.into(), &owner, deposits))
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
					report: None,
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
				body_deposit,
				deadline,
				created_at,
			});
			Ok(())
		}

		/// Takes exactly the offered `version` and `body` on: reserves its resources on the node,
		/// and is paid from here. What ran before is paid to this second, and gives its capacity,
		/// its body and the deposit for it back.
		#[pallet::call_index(3)]
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
			let ((mut contract, node), spec) = Self::check_accept(&who, id, version, body)?;

			Self::do_settle_due(id, &mut contract, &node);
			let before = contract.running;
			let reserved = contract.reserved();
			covenant_nodes::Pallet::<T>::reserve(contract.node, reserved, spec.resources)?;
			let settled_at = covenant_nodes::Pallet::<T>::live(&node);
			let node = contract.node;
			let owner = contract.owner.clone();
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
			if let Some(before) = before {
				Self::release(HoldReason::Contract, &owner, before.deposit);
				Self::forget_body(before.body);
			}
			Ok(())
		}

		/// Says no to the offered `version`. The contract ends, and all is refunded; of an update
		/// beside what runs, only the update is dropped.
		#[pallet::call_index(4)]
		#[pallet::weight(close_or_drop::<T>(<T as Config>::WeightInfo::decline()))]
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
			let placed = Self::check_decline(&who, id, version)?;

			let contract = &placed.0;
			let is_update = contract.running.is_some();
			Self::deposit_event(Event::Declined {
				contract: id,
				node: contract.node,
				version,
				reason,
			});
			if is_update {
				Self::do_drop_update(id, placed, DropReason::Declined(reason));
			} else {
				Self::settle_and_close(id, placed, CloseReason::Declined(reason));
			}
			Ok(())
		}

		/// Ends the contract, whatever its state: the node is paid to this second, the rest of the
		/// escrow is the owner's again.
		#[pallet::call_index(5)]
		pub fn cancel(origin: OriginFor<T>, contract: ContractId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let id = contract;
			let placed = Self::owned_by(&who, id)?;
			Self::settle_and_close(id, placed, CloseReason::Cancelled);
			Ok(())
		}

		/// Pays the node what is due; anyone may ask for it. When the escrow is used up, the
		/// contract is suspended.
		///
		/// Free for the node's agent when it suspends the contract, or when
		/// [`Config::SettlePeriod`] has passed on the node's live clock.
		#[pallet::call_index(6)]
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

		/// Offers another spec to the contract's node, at its price of this moment: in the place of
		/// what is pending, and beside what runs, which goes on until the node accepts.
		///
		/// `base` is the latest version of the contract that whoever decided on this update knew:
		/// what a group approved as a change of one spec does not become a change of another.
		///
		/// The terms are those of [`Call::create`]. The escrow stays as it is; the deposit for the
		/// new body's bytes is held beside that for the one that runs.
		#[pallet::call_index(7)]
		pub fn update(
			origin: OriginFor<T>,
			contract: ContractId,
			base: u32,
			body: BodyHash,
			resources: Resources,
			max_rate: Balance,
			deadline: u64,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let id = contract;
			let terms = Terms {
				body,
				resources,
				max_rate,
				deadline,
			};
			let (placed, offer) = Self::check_update(&who, id, base, terms)?;
			Self::do_update(id, placed, offer)
		}

		/// Takes the update beside what runs back. What runs goes on.
		#[pallet::call_index(8)]
		pub fn withdraw_update(origin: OriginFor<T>, contract: ContractId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let id = contract;
			let placed = Self::check_withdraw_update(&who, id)?;
			Self::do_drop_update(id, placed, DropReason::Withdrawn);
			Ok(())
		}

		/// Ends what the node runs or keeps suspended: it is paid to this second, the rest of the
		/// escrow is the owner's again.
		#[pallet::call_index(9)]
		#[pallet::feeless_if(|
			origin: &OriginFor<T>,
			contract: &ContractId,
			_reason: &DeclineReason,
		| -> bool {
			Pallet::<T>::passes(origin, |who| Pallet::<T>::check_terminate(who, *contract))
		})]
		pub fn terminate(
			origin: OriginFor<T>,
			contract: ContractId,
			reason: DeclineReason,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let id = contract;
			let placed = Self::check_terminate(&who, id)?;
			Self::settle_and_close(id, placed, CloseReason::Terminated(reason));
			Ok(())
		}

		/// Says how the workload is, once in a [`Config::ReportPeriod`]. It changes nothing of what
		/// is paid.
		#[pallet::call_index(10)]
		#[pallet::feeless_if(|
			origin: &OriginFor<T>,
			contract: &ContractId,
			_health: &Health,
		| -> bool {
			Pallet::<T>::passes(origin, |who| Pallet::<T>::check_report(who, *contract))
		})]
		pub fn report(
			origin: OriginFor<T>,
			contract: ContractId,
			health: Health,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let id = contract;
			let contract = Self::check_report(&who, id)?;

			let at = covenant_nodes::Pallet::<T>::now();
			let node = contract.node;
			let report = Some(Report { health, at });
			Contracts::<T>::insert(id, Contract { report, ..contract });
			Self::deposit_event(Event::Reported {
				contract: id,
				node,
				health,
				at,
			});
			Ok(())
		}

		/// Puts `amount` of the signer's money into the contract's escrow, as a gift to its owner.
		/// What is suspended runs again, and is paid for from here.
		#[pallet::call_index(11)]
		pub fn top_up(
			origin: OriginFor<T>,
			contract: ContractId,
			amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let id = contract;
			let placed = Self::check_top_up(id, amount)?;
			Self::do_top_up(who, id, placed, amount)
		}

		/// Ends an offer that the node has not answered by its deadline, and refunds it whole; of
		/// an update beside what runs, only the update is dropped. Anyone may ask for it.
		#[pallet::call_index(12)]
		#[pallet::weight(close_or_drop::<T>(<T as Config>::WeightInfo::expire()))]
		pub fn expire(origin: OriginFor<T>, contract: ContractId) -> DispatchResult {
			ensure_signed(origin)?;
			let id = contract;
			let placed = Self::check_expire(id)?;
			if placed.0.running.is_some() {
				Self::do_drop_update(id, placed, DropReason::Expired);
			} else {
				Self::settle_and_close(id, placed, CloseReason::Expired);
			}
			Ok(())
		}

		/// Ends a contract that is suspended for [`Config::SuspensionGrace`], or whose node has
		/// retired. Anyone may ask for it.
		#[pallet::call_index(13)]
		pub fn close(origin: OriginFor<T>, contract: ContractId) -> DispatchResult {
			ensure_signed(origin)?;
			let id = contract;
			let (placed, reason) = Self::check_close(id)?;
			Self::settle_and_close(id, placed, reason);
			Ok(())
		}

		/// Takes away what is left of a contract that ended [`Config::TombstonePeriod`] ago, and
		/// returns the deposit for it to the owner. Anyone may ask for it.
		#[pallet::call_index(14)]
		pub fn prune(origin: OriginFor<T>, contract: ContractId) -> DispatchResult {
			ensure_signed(origin)?;
			let id = contract;
			let Tombstone { owner, deposit, .. } = Self::check_prune(id)?;
			Self::release(HoldReason::Tombstone, &owner, deposit);
			Tombstones::<T>::remove(id);
			Self::deposit_event(Event::Pruned {
				contract: id,
				deposit,
			});
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

	/// Of a call that, measured, closes a first offer by `close`, or drops an update.
	fn close_or_drop<T: Config>(close: Weight) -> Weight {
		close.max(<T as Config>::WeightInfo::withdraw_update())
	}
}
