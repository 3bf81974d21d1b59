//! # Nodes
//!
//! Who offers capacity, at which price, and for how long it has been there.
//!
//! ## Terminology
//!
//! - **Node**: a machine that runs contracts. It has an **operator**, who owns it, sets its
//!   resources and prices and is paid; and an **agent**, the key on the machine itself, which
//!   speaks for it and holds no money.
//! - **Serving**: an operator only *names* an agent; the agent binds itself. So nobody can claim
//!   an agent that is not theirs, and the agent's account needs nothing but the reference that the
//!   naming gives it: its calls are feeless.
//! - **Live clock**: how many seconds the node has been present. A heartbeat adds the time since
//!   the last one, one [`Config::Window`] at most; between two heartbeats the reading runs on, one
//!   window at most. What a contract pays is counted on this clock, so a machine that vanished
//!   stops earning after one window, and nobody has to act for that.
//! - **Chain seconds**: every time here, from [`Config::Time`].
//!
//! ## A node's first day
//!
//! - 00:00. Its operator calls [`Call::register`] with the agent's account, what the machine has,
//!   and five prices. [`Config::NodeDeposit`] is held. The live clock stands at 0.
//! - 00:05. The agent calls [`Call::serve`]. It is bound now, and the live clock runs.
//! - 00:15. [`Call::heartbeat`]: the clock is at 600 s. The next is due at 00:25, but no rule
//!   punishes a late one before the window (20 min) is over.
//! - 06:00. The machine loses power; the last heartbeat was at 05:55. The clock reads on until
//!   06:15 and stands still there.
//! - 08:00. It is back, and its heartbeat moves `last_seen`; the hours between are not paid.
//! - 09:00. Its address has changed: [`Call::announce`].
//! - 12:00. The operator raises the prices by [`Call::update`]. Contracts that run keep theirs.
//!
//! ## And its last
//!
//! - Day 200. The machine is replaced: [`Call::rotate_agent`] names the new one's agent and its
//!   sealing key, whose version counts up. The old agent goes on until the new one calls
//!   [`Call::serve`]; then its account is freed.
//! - Day 300. [`Call::set_state`] to Draining: no new offers; what runs goes on.
//! - Day 320. To Retired: the live clock stops, and nothing on the node is paid any more. Anyone
//!   may close what is left on it.
//! - Day 321. Nothing is left: [`Call::remove`] returns the deposit. The id is never used again.
//!
//! ## For other pallets
//!
//! The contracts pallet reads nodes and counts what it takes by the functions in `tenancy.rs`.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(any(test, feature = "runtime-benchmarks"))]
mod benchmarking;
mod checks;
mod invariants;
mod tenancy;
mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

#[allow(
	clippy::too_many_arguments,
	reason = "a registration says all there is to a node"
)]
#[frame_support::pallet]
pub mod pallet {
	use super::{
		checks::{ensure_description, ensure_text},
		*,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::{fungible::MutateHold, tokens::Precision, UnixTime},
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::ArithmeticError;

	pub type NodeOf<T> = Node<<T as frame_system::Config>::AccountId>;

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// What money is held for, over all pallets.
		type RuntimeHoldReason: From<HoldReason>;

		/// COV.
		type Currency: MutateHold<
			Self::AccountId,
			Reason = Self::RuntimeHoldReason,
			Balance = Balance,
		>;

		/// The clock that all times are read from; its seconds are chain seconds.
		type Time: UnixTime;

		/// What the calls cost.
		type WeightInfo: WeightInfo;

		/// Held on the operator for each node.
		#[pallet::constant]
		type NodeDeposit: Get<Balance>;

		/// Seconds between two heartbeats of a punctual agent. Twice that often is allowed.
		#[pallet::constant]
		type HeartbeatPeriod: Get<u64>;

		/// Seconds for which a node counts as present after its last sign of life.
		#[pallet::constant]
		type Window: Get<u64>;
	}

	/// Raised with every change of what is stored or of what it means, together with a migration in
	/// the runtime: a test there tells when it was forgotten.
	pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// The id of the next node.
	#[pallet::storage]
	pub type NextNode<T> = StorageValue<_, NodeId, ValueQuery, ConstU32<1>>;

	#[pallet::storage]
	pub type Nodes<T: Config> = StorageMap<_, Twox64Concat, NodeId, NodeOf<T>>;

	/// Which node an agent serves. One that is only named is not here.
	#[pallet::storage]
	pub type AgentOf<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, NodeId>;

	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The deposit for a node, on its operator.
		#[codec(index = 0)]
		Node,
	}

	/// Replaying these, with those of contracts, rebuilds this pallet's storage.
	#[pallet::event]
	#[pallet::generate_deposit(fn deposit_event)]
	pub enum Event<T: Config> {
		/// A node is offered; `agent` may bind itself to it.
		NodeRegistered {
			node: NodeId,
			operator: T::AccountId,
			agent: T::AccountId,
			sealing: SealingKey,
			resources: Resources,
			prices: Prices,
			region: Region,
			attributes: Attributes,
			endpoint: Endpoint,
			deposit: Balance,
		},
		/// The operator changed what the node offers.
		NodeUpdated {
			node: NodeId,
			resources: Resources,
			prices: Prices,
			region: Region,
			attributes: Attributes,
		},
		/// The named agent bound itself, and the one before it is free; the live clock read `live`
		/// at `last_seen`.
		Served {
			node: NodeId,
			agent: T::AccountId,
			live: u64,
			last_seen: u64,
		},
		/// The agent gave a sign of life; the live clock read `live` at `last_seen`.
		Heartbeat {
			node: NodeId,
			live: u64,
			last_seen: u64,
		},
		/// The node is reached at another address.
		Announced {
			node: NodeId,
			endpoint: Endpoint,
			announced_at: u64,
		},
		/// The node is in another state; its live clock read `live`, where it stays if the node is
		/// retired.
		NodeStateSet {
			node: NodeId,
			state: NodeState,
			live: u64,
		},
		/// `named_agent` may bind itself in the place of the agent that serves, and secrets are
		/// sealed to `sealing` from now on.
		AgentRotated {
			node: NodeId,
			named_agent: Option<T::AccountId>,
			sealing: SealingKey,
		},
		/// The node is gone, its agents are free and its operator has the deposit back.
		NodeRemoved { node: NodeId, deposit: Balance },
	}

	#[pallet::error]
	pub enum Error<T> {
		/// There is no node of this id. List the nodes that exist and choose one of them.
		NodeNotFound,
		/// Only the node's operator may do this. Sign with the account that registered it.
		NotOperator,
		/// Only the node's agent may do this. Sign with the key of the machine that serves it.
		NotAgent,
		/// This account is not the agent the operator named, or it serves already. Check the
		/// node's named agent, and register the node with the account of this machine's key.
		NotNamedAgent,
		/// This agent serves another node. Give each machine a key of its own.
		AgentServesAnotherNode,
		/// Half a heartbeat period has not passed since the last one. Wait for it; nothing is lost
		/// before the window is over.
		TooSoon,
		/// The node has this endpoint already. Announce only a changed one.
		EndpointUnchanged,
		/// Running contracts have reserved more than this. Offer at least what is reserved.
		BelowReserved,
		/// The node has not enough left for this contract. Ask for less, or choose another node.
		CapacityExceeded,
		/// Region, attributes and endpoint are UTF-8 text without control characters. Correct the
		/// one that is not.
		NotText,
		/// An attribute is named twice. Leave one of each name.
		DuplicateAttribute,
		/// The deposit cannot be held. Have the deposit free beyond the existential deposit.
		CannotHoldDeposit,
		/// The node is retired, for good. Remove it once its contracts are closed, and register
		/// another.
		NodeIsRetired,
		/// The node is in this state already. Read it again.
		StateUnchanged,
		/// The node has this agent and this sealing key already. Give another of either.
		AgentUnchanged,
		/// Contracts on this node are not closed. Wait for their end, or retire the node and close
		/// them.
		ContractsLeft,
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Offers a node; the signer becomes its operator, and [`Config::NodeDeposit`] is held.
		///
		/// `agent` is only named, and given a reference so that it may sign feeless calls without
		/// owning anything: it binds itself by [`Call::serve`]. `sealing_key` is the x25519 key
		/// that secrets for this node are encrypted to.
		#[pallet::call_index(0)]
		pub fn register(
			origin: OriginFor<T>,
			agent: T::AccountId,
			sealing_key: [u8; 32],
			resources: Resources,
			prices: Prices,
			region: Region,
			attributes: Attributes,
			endpoint: Endpoint,
		) -> DispatchResult {
			let operator = ensure_signed(origin)?;
			ensure_description::<T>(&region, &attributes)?;
			ensure_text::<T>(&endpoint)?;
			ensure!(
				!AgentOf::<T>::contains_key(&agent),
				Error::<T>::AgentServesAnotherNode
			);

			let deposit = T::NodeDeposit::get();
			T::Currency::hold(&HoldReason::Node.into(), &operator, deposit)
				.map_err(|_| Error::<T>::CannotHoldDeposit)?;
			frame_system::Pallet::<T>::inc_sufficients(&agent);

			let id = NextNode::<T>::get();
			NextNode::<T>::put(id.checked_add(1).ok_or(ArithmeticError::Overflow)?);
			let sealing = SealingKey {
				key: sealing_key,
				version: 1,
			};
			Nodes::<T>::insert(
				id,
				Node {
					operator: operator.clone(),
					named_agent: Some(agent.clone()),
					agent: None,
					sealing,
					total: resources,
					reserved: Resources::default(),
					prices,
					region: region.clone(),
					attributes: attributes.clone(),
					endpoint: endpoint.clone(),
					announced_at: None,
					state: NodeState::Active,
					live: 0,
					last_seen: None,
					contracts: 0,
					deposit,
				},
			);
			Self::deposit_event(Event::NodeRegistered {
				node: id,
				operator,
				agent,
				sealing,
				resources,
				prices,
				region,
				attributes,
				endpoint,
				deposit,
			});
			Ok(())
		}

		/// Replaces what the node offers. Contracts that run keep their rate; new offers and
		/// updates are priced anew.
		#[pallet::call_index(1)]
		pub fn update(
			origin: OriginFor<T>,
			node: NodeId,
			resources: Resources,
			prices: Prices,
			region: Region,
			attributes: Attributes,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let id = node;
			let node = Self::managed_by(&who, id)?;
			ensure!(node.reserved.fits_in(resources), Error::<T>::BelowReserved);
			ensure_description::<T>(&region, &attributes)?;

			Nodes::<T>::insert(
				id,
				Node {
					total: resources,
					prices,
					region: region.clone(),
					attributes: attributes.clone(),
					..node
				},
			);
			Self::deposit_event(Event::NodeUpdated {
				node: id,
				resources,
				prices,
				region,
				attributes,
			});
			Ok(())
		}

		/// Binds the signer, whom the operator named, as the node's agent, and frees the one that
		/// served before. The live clock runs from here, or on.
		#[pallet::call_index(2)]
		#[pallet::feeless_if(|origin: &OriginFor<T>, node: &NodeId| -> bool {
			Pallet::<T>::passes(origin, |who| Pallet::<T>::check_serve(who, *node))
		})]
		pub fn serve(origin: OriginFor<T>, node: NodeId) -> DispatchResult {
			let agent = ensure_signed(origin)?;
			let id = node;
			let node = Self::check_serve(&agent, id)?;

			let live = Self::live(&node);
			let last_seen = Self::now();
			if let Some(before) = &node.agent {
				AgentOf::<T>::remove(before);
				frame_system::Pallet::<T>::dec_sufficients(before);
			}
			AgentOf::<T>::insert(&agent, id);
			Nodes::<T>::insert(
				id,
				Node {
					named_agent: None,
					agent: Some(agent.clone()),
					live,
					last_seen: Some(last_seen),
					..node
				},
			);
			Self::deposit_event(Event::Served {
				node: id,
				agent,
				live,
				last_seen,
			});
			Ok(())
		}

		/// Says that the node is there: moves the live clock on by the time since the last sign of
		/// life, one window at most.
		#[pallet::call_index(3)]
		#[pallet::feeless_if(|origin: &OriginFor<T>, node: &NodeId| -> bool {
			Pallet::<T>::passes(origin, |who| Pallet::<T>::check_heartbeat(who, *node))
		})]
		pub fn heartbeat(origin: OriginFor<T>, node: NodeId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let id = node;
			let node = Self::check_heartbeat(&who, id)?;

			let live = Self::live(&node);
			let last_seen = Self::now();
			Nodes::<T>::insert(
				id,
				Node {
					live,
					last_seen: Some(last_seen),
					..node
				},
			);
			Self::deposit_event(Event::Heartbeat {
				node: id,
				live,
				last_seen,
			});
			Ok(())
		}

		/// Says where the node is reached from now on.
		#[pallet::call_index(4)]
		#[pallet::feeless_if(|origin: &OriginFor<T>, node: &NodeId, endpoint: &Endpoint| -> bool {
			Pallet::<T>::passes(origin, |who| Pallet::<T>::check_announce(who, *node, endpoint))
		})]
		pub fn announce(origin: OriginFor<T>, node: NodeId, endpoint: Endpoint) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let id = node;
			let node = Self::check_announce(&who, id, &endpoint)?;

			let announced_at = Self::now();
			Nodes::<T>::insert(
				id,
				Node {
					endpoint: endpoint.clone(),
					announced_at: Some(announced_at),
					..node
				},
			);
			Self::deposit_event(Event::Announced {
				node: id,
				endpoint,
				announced_at,
			});
			Ok(())
		}

		/// Takes new offers (Active), takes none (Draining), or ends the node for good (Retired):
		/// its live clock stops here, and anyone may close its contracts.
		#[pallet::call_index(5)]
		pub fn set_state(origin: OriginFor<T>, node: NodeId, state: NodeState) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let id = node;
			let node = Self::managed_by(&who, id)?;
			ensure!(node.state != state, Error::<T>::StateUnchanged);

			// What was believed of its presence so far is paid; a retired node earns no more.
			let live = if state == NodeState::Retired {
				Self::live(&node)
			} else {
				node.live
			};
			Nodes::<T>::insert(
				id,
				Node {
					state,
					live,
					..node
				},
			);
			Self::deposit_event(Event::NodeStateSet {
				node: id,
				state,
				live,
			});
			Ok(())
		}

		/// Names another agent, which takes the place of the present one by [`Call::serve`], and
		/// the key that secrets for this node are sealed to.
		///
		/// With the agent that serves, only the sealing key changes, and one that was named before
		/// is not any more. Another key counts its version up at once: whoever offers something
		/// seals it to the new key, and the old agent cannot accept what was sealed to the old one.
		#[pallet::call_index(6)]
		pub fn rotate_agent(
			origin: OriginFor<T>,
			node: NodeId,
			agent: T::AccountId,
			sealing_key: [u8; 32],
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let id = node;
			let node = Self::managed_by(&who, id)?;
			let named_agent = (node.agent.as_ref() != Some(&agent)).then_some(agent);
			let mut sealing = node.sealing;
			if sealing.key != sealing_key {
				let version = sealing.version.checked_add(1);
				sealing = SealingKey {
					key: sealing_key,
					version: version.ok_or(ArithmeticError::Overflow)?,
				};
			}
			ensure!(
				named_agent != node.named_agent || sealing != node.sealing,
				Error::<T>::AgentUnchanged
			);
			if let Some(agent) = &named_agent {
				ensure!(
					!AgentOf::<T>::contains_key(agent),
					Error::<T>::AgentServesAnotherNode
				);
				frame_system::Pallet::<T>::inc_sufficients(agent);
			}
			if let Some(before) = &node.named_agent {
				frame_system::Pallet::<T>::dec_sufficients(before);
			}
			Nodes::<T>::insert(
				id,
				Node {
					named_agent: named_agent.clone(),
					sealing,
					..node
				},
			);
			Self::deposit_event(Event::AgentRotated {
				node: id,
				named_agent,
				sealing,
			});
			Ok(())
		}

		/// Takes a node off the chain on which no contract is left unclosed: frees its agents and
		/// returns its deposit.
		#[pallet::call_index(7)]
		pub fn remove(origin: OriginFor<T>, node: NodeId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let id = node;
			let node = Self::operated_by(&who, id)?;
			ensure!(node.contracts == 0, Error::<T>::ContractsLeft);

			if let Some(agent) = &node.agent {
				AgentOf::<T>::remove(agent);
			}
			for agent in node.named_agent.iter().chain(&node.agent) {
				frame_system::Pallet::<T>::dec_sufficients(agent);
			}
			let deposit = node.deposit;
			T::Currency::release(
				&HoldReason::Node.into(),
				&who,
				deposit,
				Precision::BestEffort,
			)?;
			Nodes::<T>::remove(id);
			Self::deposit_event(Event::NodeRemoved { node: id, deposit });
			Ok(())
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(
				T::HeartbeatPeriod::get() >= 2,
				"half a heartbeat period is a second at least"
			);
			assert!(
				T::Window::get() >= T::HeartbeatPeriod::get(),
				"a punctual agent is paid without a gap"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
