use crate::{self as covenant_validators, Chosen, Error, Event};
use frame_support::{
	assert_noop, assert_ok, derive_impl,
	traits::{ConstU128, ConstU32, ConstU64},
	BoundedVec,
};
use pallet_session::SessionManager;
use sp_runtime::{
	testing::UintAuthorityId, traits::ConvertInto, BuildStorage, DispatchError, DispatchResult,
};

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeTask,
		RuntimeHoldReason,
		RuntimeFreezeReason
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(3)]
	pub type Validators = covenant_validators;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = u128;
	type ExistentialDeposit = ConstU128<1>;
	type AccountStore = System;
}

impl pallet_session::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = u64;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = pallet_session::PeriodicSessions<ConstU64<10>, ConstU64<0>>;
	type NextSessionRotation = pallet_session::PeriodicSessions<ConstU64<10>, ConstU64<0>>;
	type SessionManager = Validators;
	type SessionHandler = pallet_session::TestSessionHandler;
	type Keys = UintAuthorityId;
	type DisablingStrategy = ();
	type WeightInfo = ();
	type Currency = Balances;
	type KeyDeposit = ConstU128<0>;
}

impl crate::Config for Test {
	type WeightInfo = crate::weights::Measured<()>;
	type MaxValidators = ConstU32<3>;
}

/// Runs `test` on a chain that 1 and 2 validate, and on which 3 and 4 have session keys as well.
fn run(test: impl FnOnce()) {
	new_chain().execute_with(|| {
		System::set_block_number(1);
		test();
		assert_ok!(Validators::do_try_state());
		// The list is what the last event says.
		let told = System::events()
			.into_iter()
			.rev()
			.find_map(|record| match record.event {
				RuntimeEvent::Validators(Event::ValidatorsSet { accounts }) => Some(accounts),
				_ => None,
			});
		assert_eq!(Chosen::<Test>::get(), told);
	});
}

pub(crate) fn new_chain() -> sp_io::TestExternalities {
	let key = |who: u64| (who, who, UintAuthorityId(who));
	RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: (1..=5).map(|who| (who, 1_000)).collect(),
			..Default::default()
		},
		session: pallet_session::GenesisConfig {
			keys: vec![key(1), key(2)],
			non_authority_keys: vec![key(3), key(4)],
		},
		..Default::default()
	}
	.build_storage()
	.unwrap()
	.into()
}

fn set(origin: RuntimeOrigin, accounts: &[u64]) -> DispatchResult {
	Validators::set(origin, accounts.to_vec().try_into().unwrap())
}

#[test]
fn set_takes_effect_with_the_session_after_the_next_works() {
	run(|| {
		assert_eq!(Session::validators(), [1, 2]);
		assert_ok!(set(RuntimeOrigin::root(), &[3, 1, 4]));
		assert_eq!(Session::validators(), [1, 2]);
		Session::rotate_session();
		assert_eq!(Session::validators(), [1, 2]);
		Session::rotate_session();
		assert_eq!(Session::validators(), [3, 1, 4]);
	});
}

#[test]
fn set_is_no_change_once_it_has_taken_effect_works() {
	run(|| {
		assert_eq!(Validators::new_session(1), None);
		assert_ok!(set(RuntimeOrigin::root(), &[2, 3]));
		assert_eq!(Validators::new_session(2), Some(vec![2, 3]));
		Session::rotate_session();
		Session::rotate_session();
		assert_eq!(Validators::new_session(4), None);
	});
}

#[test]
fn set_by_anyone_but_root_fails() {
	run(|| {
		for origin in [RuntimeOrigin::signed(1), RuntimeOrigin::none()] {
			assert_noop!(set(origin, &[1]), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn set_nobody_fails() {
	run(|| {
		assert_noop!(set(RuntimeOrigin::root(), &[]), Error::<Test>::NoValidators);
	});
}

#[test]
fn set_one_twice_fails() {
	run(|| {
		assert_noop!(
			set(RuntimeOrigin::root(), &[1, 2, 1]),
			Error::<Test>::DuplicateValidator
		);
	});
}

#[test]
fn set_one_without_keys_fails() {
	run(|| {
		assert_noop!(set(RuntimeOrigin::root(), &[1, 5]), Error::<Test>::NoKeys);
	});
}

/// The lists that no call lets in are found where they stand all the same.
#[test]
fn try_state_of_a_list_that_could_not_validate_fails() {
	run(|| {
		for list in [vec![], vec![1, 2, 1]] {
			Chosen::<Test>::put(BoundedVec::truncate_from(list));
			assert!(Validators::do_try_state().is_err());
			Chosen::<Test>::kill();
		}
	});
}
