use crate::{self as covenant_clock, Moment, Reading, SlotDurationMs, WeightInfo};
use frame_support::{
	derive_impl, parameter_types,
	traits::{Get, Hooks, OnTimestampSet, UnixTime},
};
use sp_runtime::BuildStorage;

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
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type Clock = covenant_clock;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
}

impl pallet_timestamp::Config for Test {
	type Moment = u64;
	type OnTimestampSet = Clock;
	type MinimumPeriod = covenant_clock::MinimumPeriod<Test>;
	type WeightInfo = ();
}

parameter_types! {
	pub static MaxStepMs: u64 = 60_000;
	pub static DefaultSlotDurationMs: u64 = 100;
}

impl covenant_clock::Config for Test {
	type WeightInfo = covenant_clock::weights::Measured<()>;
	type MaxStepMs = MaxStepMs;
	type DefaultSlotDurationMs = DefaultSlotDurationMs;
}

const FIRST: u64 = 1_767_225_600_000;

pub(crate) fn genesis(slot_duration_ms: u64) -> sp_io::TestExternalities {
	RuntimeGenesisConfig {
		clock: covenant_clock::GenesisConfig {
			slot_duration_ms,
			..Default::default()
		},
		..Default::default()
	}
	.build_storage()
	.unwrap()
	.into()
}

fn set_timestamp(ms: u64) {
	Timestamp::set(RuntimeOrigin::none(), ms).unwrap();
	Timestamp::on_finalize(System::block_number());
}

/// The timestamp's own weight does not know of the clock.
#[test]
fn each_block_counts_that_it_moves_the_clock() {
	genesis(100).execute_with(|| {
		let moving = <Test as covenant_clock::Config>::WeightInfo::on_timestamp_set();
		assert!(moving.ref_time() > 0);
		assert_eq!(Clock::on_initialize(1), moving);
	});
}

#[test]
fn basic_flow_works() {
	genesis(100).execute_with(|| {
		assert_eq!(Clock::now().as_secs(), 0);
		set_timestamp(FIRST);
		assert_eq!(Clock::now().as_millis() as u64, FIRST);
		set_timestamp(FIRST + 6_000);
		assert_eq!(Clock::now().as_millis() as u64, FIRST + 6_000);
		// A day without blocks counts for one step; the clock goes on from there.
		set_timestamp(FIRST + 86_406_000);
		assert_eq!(Clock::now().as_millis() as u64, FIRST + 66_000);
		set_timestamp(FIRST + 86_406_100);
		assert_eq!(
			Moment::<Test>::get(),
			Some(Reading {
				chain_ms: FIRST + 66_100,
				timestamp_ms: FIRST + 86_406_100
			})
		);
	});
}

#[test]
fn on_timestamp_set_counts_a_whole_step_and_no_more() {
	genesis(100).execute_with(|| {
		set_timestamp(FIRST);
		set_timestamp(FIRST + 60_000);
		assert_eq!(Clock::now().as_millis() as u64, FIRST + 60_000);
		set_timestamp(FIRST + 120_001);
		assert_eq!(Clock::now().as_millis() as u64, FIRST + 120_000);
	});
}

#[test]
fn on_timestamp_set_never_goes_back() {
	genesis(100).execute_with(|| {
		Clock::on_timestamp_set(FIRST);
		Clock::on_timestamp_set(FIRST - 1);
		assert_eq!(Clock::now().as_millis() as u64, FIRST);
	});
}

#[test]
fn slot_duration_comes_from_genesis() {
	genesis(6_000).execute_with(|| {
		assert_eq!(SlotDurationMs::<Test>::get(), 6_000);
		assert_eq!(
			<Test as pallet_timestamp::Config>::MinimumPeriod::get(),
			3_000
		);
	});
	// Whoever reads no storage sees the default.
	sp_io::TestExternalities::default().execute_with(|| {
		assert_eq!(covenant_clock::SlotDuration::<Test>::get(), 100);
	});
}

#[test]
#[should_panic(expected = "clock.slotDurationMs is 3;")]
fn slot_duration_that_cannot_be_halved_fails() {
	genesis(3);
}

#[test]
fn slot_duration_of_two_milliseconds_is_the_shortest_that_works() {
	genesis(2).execute_with(|| assert_eq!(covenant_clock::MinimumPeriod::<Test>::get(), 1));
}

#[test]
#[should_panic(expected = "clock.slotDurationMs is 0;")]
fn slot_duration_of_nothing_fails() {
	genesis(0);
}

#[test]
fn integrity_test_shortest_step_and_slot_works() {
	MaxStepMs::set(1);
	DefaultSlotDurationMs::set(2);
	Clock::integrity_test();
}

#[test]
#[should_panic(expected = "a clock that cannot move")]
fn integrity_test_no_step_fails() {
	MaxStepMs::set(0);
	Clock::integrity_test();
}

#[test]
#[should_panic(expected = "a slot that cannot be halved")]
fn integrity_test_no_slot_fails() {
	DefaultSlotDurationMs::set(0);
	Clock::integrity_test();
}

#[test]
#[should_panic(expected = "a slot that cannot be halved")]
fn integrity_test_odd_slot_fails() {
	DefaultSlotDurationMs::set(101);
	Clock::integrity_test();
}
