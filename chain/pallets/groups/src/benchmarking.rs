//! Each call where it costs most: with all the members, the longest name and the longest call, and
//! as a vote that decides.

use super::*;
use alloc::{boxed::Box, vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::traits::{
	fungible::{InspectHold, Mutate},
	Hooks, OnTimestampSet,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use sp_runtime::traits::One;

/// More than all deposits, and few enough for all accounts to have it.
const FUNDS: Balance = Balance::MAX >> 16;
/// In seconds.
const LIFETIME: u64 = 60;

fn funded<T: Config>(name: &'static str, index: u32) -> T::AccountId {
	let who = account(name, index, 0);
	T::Currency::set_balance(&who, FUNDS);
	who
}

fn member<T: Config>(index: u32) -> T::AccountId {
	funded::<T>("member", index)
}

fn last_member<T: Config>() -> T::AccountId {
	member::<T>(MAX_MEMBERS - 1)
}

fn members<T: Config>() -> Members<T::AccountId> {
	let members: Vec<_> = (0..MAX_MEMBERS)
		.map(|index| Member {
			account: member::<T>(index),
			weight: 1,
			permissions: Permissions(Permissions::PROPOSE.0 | Permissions::APPROVE.0),
		})
		.collect();
	members.try_into().expect("as many as there may be")
}

fn longest_name() -> Name {
	vec![b'x'; MAX_NAME as usize].try_into().expect("no longer")
}

/// What so many members must agree on.
fn all_by(threshold: u32) -> Thresholds {
	Thresholds {
		deploy: threshold,
		cancel: threshold,
		spend: threshold,
		govern: threshold,
	}
}

/// A group in which `threshold` members decide.
fn group_of<T: Config>(threshold: u32) -> GroupId {
	let id = NextGroup::<T>::get();
	Pallet::<T>::create_group(
		RawOrigin::Signed(funded::<T>("creator", id)).into(),
		longest_name(),
		members::<T>(),
		all_by(threshold),
		None,
	)
	.expect("a group that can decide");
	id
}

/// A group, and the longest proposal there may be, on which the last member alone has not voted.
fn all_but_decided<T: Config>() -> (GroupId, ProposalId) {
	let id = group_of::<T>(MAX_MEMBERS);
	Pallet::<T>::propose(
		RawOrigin::Signed(member::<T>(0)).into(),
		id,
		Box::new(T::Classify::longest_call()),
		expiry::<T>(),
	)
	.expect("a proposal that may be made");
	for index in 1..MAX_MEMBERS - 1 {
		Pallet::<T>::approve(
			RawOrigin::Signed(member::<T>(index)).into(),
			id,
			0,
			Box::new(T::Classify::longest_call()),
		)
		.expect("a vote that does not decide");
	}
	(id, 0)
}

/// The proposal is gone, and so is what was held for it.
fn assert_closed<T: Config>(id: GroupId, proposal: ProposalId, outcome: Outcome) {
	assert!(!Proposals::<T>::contains_key(id, proposal));
	let proposer = member::<T>(0);
	assert_eq!(OpenProposals::<T>::get(id, &proposer), 0);
	let held = T::Currency::balance_on_hold(&HoldReason::Proposal.into(), &proposer);
	assert_eq!(held, 0);
	let closed = Event::<T>::ProposalClosed {
		group: id,
		proposal,
		outcome,
	};
	frame_system::Pallet::<T>::assert_has_event(closed.into());
}

fn expiry<T: Config>() -> u64 {
	Pallet::<T>::now() + LIFETIME
}

/// Moves the clock. Only the first step may be longer than a block's.
fn pass<T: Config<Time: OnTimestampSet<u64>>>(seconds: u64) {
	T::Time::on_timestamp_set((Pallet::<T>::now() + seconds) * 1_000);
}

#[benchmarks(where T::Time: OnTimestampSet<u64>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn create_group() {
		let id = NextGroup::<T>::get();
		let creator = funded::<T>("creator", 0);
		let members = members::<T>();

		#[extrinsic_call]
		_(
			RawOrigin::Signed(creator),
			longest_name(),
			members,
			all_by(MAX_MEMBERS),
			None,
		);

		assert!(Groups::<T>::contains_key(id));
	}

	/// Decides at once. What it carries may fail, which must not undo what is measured here.
	#[benchmark]
	fn propose() {
		let id = group_of::<T>(1);
		let who = member::<T>(0);
		let call = T::Classify::longest_call();
		pass::<T>(1);
		let expires = expiry::<T>();

		#[block]
		{
			let _ = Pallet::<T>::do_propose(id, who, call, expires);
		}

		assert_closed::<T>(id, 0, Outcome::Executed);
	}

	/// As [`propose`].
	#[benchmark]
	fn approve() {
		let (id, proposal) = all_but_decided::<T>();
		let who = last_member::<T>();
		let call = T::Classify::longest_call();
		pass::<T>(1);

		#[block]
		{
			let _ = Pallet::<T>::do_approve(id, proposal, &who, call);
		}

		assert_closed::<T>(id, proposal, Outcome::Executed);
	}

	#[benchmark]
	fn reject() {
		let (id, proposal) = all_but_decided::<T>();
		let who = last_member::<T>();
		pass::<T>(1);

		#[extrinsic_call]
		_(RawOrigin::Signed(who), id, proposal);

		assert_closed::<T>(id, proposal, Outcome::Rejected);
	}

	#[benchmark]
	fn set_members() {
		let id = group_of::<T>(MAX_MEMBERS);
		let account = Pallet::<T>::account_of(id);
		let members = members::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(account), members, all_by(1));

		assert_eq!(Groups::<T>::get(id).map(|group| group.epoch), Some(1));
	}

	#[benchmark]
	fn withdraw() {
		let (id, proposal) = all_but_decided::<T>();
		let proposer = member::<T>(0);

		#[extrinsic_call]
		_(RawOrigin::Signed(proposer), id, proposal);

		assert_closed::<T>(id, proposal, Outcome::Withdrawn);
	}

	/// One that is expired, by somebody else.
	#[benchmark]
	fn clear() {
		let (id, proposal) = all_but_decided::<T>();
		pass::<T>(LIFETIME + 1);
		let anyone = funded::<T>("anyone", 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(anyone), id, proposal);

		assert_closed::<T>(id, proposal, Outcome::Cleared);
	}

	#[benchmark]
	fn dissolve() {
		let id = group_of::<T>(MAX_MEMBERS);
		let own = RawOrigin::Signed(Pallet::<T>::account_of(id));
		let beneficiary: T::AccountId = account("beneficiary", 0, 0);

		#[extrinsic_call]
		_(own, beneficiary);

		assert!(!Groups::<T>::contains_key(id));
	}

	#[benchmark]
	fn announce_administration() {
		let group = Groups::<T>::get(group_of::<T>(MAX_MEMBERS));
		Groups::<T>::set(ADMINISTRATION, group);
		let before = frame_system::Pallet::<T>::event_count();

		#[block]
		{
			Pallet::<T>::on_initialize(BlockNumberFor::<T>::one());
		}

		assert_eq!(frame_system::Pallet::<T>::event_count(), before + 1);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_chain(None), crate::mock::Test);
}
