//! Random histories: a hundred calls each, good ones and hostile ones. After each call the
//! invariants hold and no money came or went; at the end the events alone rebuild the storage.
//!
//! `COVENANT_HISTORIES=10000` plays as many instead of 1,000. Each run prints how often each call
//! succeeded, and failed by error.

use super::moves::Moves;
use crate::{mock::*, *};
use frame_support::{assert_ok, traits::GetCallName};
use proptest::{
	collection::vec,
	num::u64::ANY,
	test_runner::{Config as ProptestConfig, RngAlgorithm, TestRng, TestRunner},
};
use scale_info::{TypeDef, TypeInfo};
use sp_runtime::{traits::Dispatchable, DispatchError, ModuleError};
use std::{cell::RefCell, collections::BTreeMap};

const CALLS: usize = 100;
const THREADS: u32 = 2;
/// Calls succeed in so many of a hundred tries at least, or the histories prove little.
const LEAST_SUCCESS: u32 = 5;

/// How often each call came to what.
#[derive(Default)]
struct Reached(BTreeMap<&'static str, BTreeMap<String, u32>>);

impl Reached {
	fn count(&mut self, call: &'static str, result: String) {
		*self.0.entry(call).or_default().entry(result).or_default() += 1;
	}

	fn add(&mut self, other: Self) {
		for (call, results) in other.0 {
			for (result, times) in results {
				*self.0.entry(call).or_default().entry(result).or_default() += times;
			}
		}
	}

	fn print(&self) {
		for (call, results) in &self.0 {
			for (result, times) in results {
				println!("{times:>8} {call} {result}");
			}
		}
	}

	fn succeeded_in_a_hundred(&self, call: &str) -> u32 {
		let Some(results) = self.0.get(call) else {
			return 0;
		};
		let tries: u32 = results.values().sum();
		results.get("Ok").copied().unwrap_or_default() * 100 / tries
	}

	fn met(&self, error: &str) -> bool {
		self.0.values().any(|results| results.contains_key(error))
	}
}

fn name_of_error(error: DispatchError) -> String {
	match error {
		DispatchError::Module(ModuleError {
			message: Some(name),
			..
		}) => name.into(),
		other => format!("{other:?}"),
	}
}

fn play(choices: &[u64], reached: &RefCell<Reached>) {
	let administration = Administration {
		members: members(&[(ALICE, 1, BOTH), (BOB, 1, BOTH)]).into_inner(),
		thresholds: Thresholds {
			deploy: 1,
			cancel: 1,
			spend: 1,
			govern: 2,
		},
	};
	run_with(Some(administration), || {
		let issued = Balances::total_issuance();
		for choice in choices {
			let mut moves = Moves::new(*choice);
			moves.pass_time();
			let (who, call) = moves.next();
			let name = call.get_call_name();
			let result = RuntimeCall::from(call).dispatch(RuntimeOrigin::signed(who));
			let told = result.map_or_else(|failed| name_of_error(failed.error), |_| "Ok".into());
			reached.borrow_mut().count(name, told);
			assert_ok!(Pallet::<Test>::do_try_state());
			assert_eq!(Balances::total_issuance(), issued);
		}
	});
}

fn histories() -> u32 {
	std::env::var("COVENANT_HISTORIES").map_or(1_000, |number| {
		number
			.parse()
			.expect("COVENANT_HISTORIES is a number of histories, as in 10000")
	})
}

/// Plays its share of the histories, the same ones every time: what fails here fails for everybody.
fn play_share(seed: u8) -> Reached {
	let config = ProptestConfig {
		cases: histories() / THREADS,
		failure_persistence: None,
		..Default::default()
	};
	let dice = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
	let reached = RefCell::new(Reached::default());
	TestRunner::new_with_rng(config, dice)
		.run(&vec(ANY, CALLS), |choices| {
			play(&choices, &reached);
			Ok(())
		})
		.unwrap_or_else(|failed| panic!("{failed}"));
	reached.into_inner()
}

#[test]
fn random_histories_keep_every_promise() {
	let shares: Vec<_> = (1..=THREADS as u8)
		.map(|seed| std::thread::spawn(move || play_share(seed)))
		.collect();
	let mut reached = Reached::default();
	for share in shares {
		reached.add(share.join().expect("histories that keep every promise"));
	}
	reached.print();

	for call in Call::<Test>::get_call_names() {
		let share = reached.succeeded_in_a_hundred(call);
		assert!(
			share >= LEAST_SUCCESS,
			"{call} succeeded in {share} of 100 tries"
		);
	}
	let TypeDef::Variant(errors) = Error::<Test>::type_info().type_def else {
		unreachable!("an error is an enum");
	};
	for error in errors.variants {
		assert!(reached.met(error.name), "no history met {}", error.name);
	}
}
