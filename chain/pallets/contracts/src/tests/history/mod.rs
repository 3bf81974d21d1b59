//! Random histories over all calls of nodes and contracts, good ones and hostile ones. What was
//! free succeeds; after each call the invariants hold and no money came or went; at the end the
//! events alone rebuild the storage, so a failed call changed none.
//!
//! `COVENANT_HISTORIES=10000` plays that many instead of a thousand. They are the same ones every
//! time; one that breaks a promise is cut down to the calls that it takes.

mod calls;
mod dice;

use super::replay::Replay;
use crate::{mock::*, *};
use dice::Dice;
use frame_support::{dispatch::CheckIfFeeless, traits::GetCallName};
use proptest::{
	collection::vec,
	prelude::any,
	test_runner::{Config as Settings, RngAlgorithm, TestRng, TestRunner},
};
use scale_info::{TypeDef, TypeInfo};
use sp_runtime::{traits::Dispatchable, DispatchError, ModuleError};
use std::{cell::RefCell, collections::BTreeMap};

const CALLS: usize = 100;
const HISTORIES: u32 = 1_000;

/// How often each call came to what: `Ok`, or an error's name.
type Reached = BTreeMap<(&'static str, String), u32>;

/// Whether the call is one that its agent never pays for.
fn is_always_feeless(call: &RuntimeCall) -> bool {
	use covenant_nodes::Call as NodesCall;
	matches!(
		call,
		RuntimeCall::Contracts(
			Call::accept { .. }
				| Call::decline { .. }
				| Call::terminate { .. }
				| Call::report { .. }
		) | RuntimeCall::Nodes(
			NodesCall::serve { .. } | NodesCall::heartbeat { .. } | NodesCall::announce { .. }
		)
	)
}

fn name_of(call: &RuntimeCall) -> &'static str {
	match call {
		RuntimeCall::Contracts(call) => match call.get_call_name() {
			"update" => "contracts.update",
			name => name,
		},
		RuntimeCall::Nodes(call) => call.get_call_name(),
		_ => unreachable!("histories call nodes and contracts"),
	}
}

fn name_of_error(error: DispatchError) -> String {
	match error {
		DispatchError::Module(ModuleError {
			index: 2,
			message: Some(name),
			..
		}) => format!("nodes.{name}"),
		DispatchError::Module(ModuleError {
			index: 3,
			message: Some(name),
			..
		}) => format!("contracts.{name}"),
		other => panic!("an error of nobody's: {other:?}"),
	}
}

/// Makes one call, and answers what became of it.
fn make(call: RuntimeCall, who: AccountId) -> String {
	let name = name_of(&call);
	let is_feeless = call.is_feeless(&signed(who));
	let is_always_feeless = is_always_feeless(&call);
	match call.dispatch(signed(who)) {
		Ok(_) => {
			assert!(is_feeless || !is_always_feeless, "{name} was paid for");
			"Ok".into()
		}
		Err(failed) => {
			let error = name_of_error(failed.error);
			assert!(!is_feeless, "{name} was free and failed: {error}");
			error
		}
	}
}

fn play(rolls: &[u64], reached: &mut Reached) {
	new_chain().execute_with(|| {
		let mut replay = Replay::<Test>::default();
		for roll in rolls {
			let mut dice = Dice::new(*roll);
			pass_unseen(dice.pause());
			let (who, call) = dice.call();
			let what = (name_of(&call), make(call, who));
			assert_invariants();
			*reached.entry(what).or_default() += 1;
			take_events(&mut replay);
		}
		replay.assert_is_storage();
	});
}

/// Takes the events since the last time into `replay`.
fn take_events(replay: &mut Replay<Test>) {
	for record in System::read_events_no_consensus() {
		match record.event {
			RuntimeEvent::Nodes(event) => replay.apply_nodes(event),
			RuntimeEvent::Contracts(event) => replay.apply(event),
			_ => {}
		}
	}
	System::reset_events();
}

/// The names of a pallet's errors, as `name_of_error` says them.
fn errors_of<E: TypeInfo>(pallet: &str) -> Vec<String> {
	let TypeDef::Variant(errors) = E::type_info().type_def else {
		unreachable!("errors are an enum");
	};
	let named = errors.variants.iter();
	named
		.filter(|error| !error.name.starts_with("__"))
		.map(|error| format!("{pallet}.{}", error.name))
		.collect()
}

/// Prints how often each call came to what, and fails where a call hardly ever succeeded or an
/// error was never met: then the histories say nothing of it.
fn assert_all_was_tried(reached: &Reached) {
	let mut calls: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
	for ((call, what), times) in reached {
		println!("{times:>8} {call} {what}");
		let (succeeded, tried) = calls.entry(call).or_default();
		*tried += times;
		*succeeded += if what == "Ok" { *times } else { 0 };
	}
	for (call, (succeeded, tried)) in &calls {
		assert!(
			succeeded * 20 >= *tried,
			"{call} succeeded in {succeeded} of {tried} tries"
		);
	}
	let all_calls =
		covenant_nodes::Call::<Test>::get_call_names().len() + Call::<Test>::get_call_names().len();
	assert_eq!(calls.len(), all_calls, "every call was tried");

	let nodes = errors_of::<covenant_nodes::Error<Test>>("nodes");
	for error in nodes
		.into_iter()
		.chain(errors_of::<Error<Test>>("contracts"))
	{
		assert!(
			reached.keys().any(|(_, what)| what == &error),
			"no history met {error}"
		);
	}
}

#[test]
fn random_histories_keep_every_promise() {
	let cases = std::env::var("COVENANT_HISTORIES").map_or(HISTORIES, |number| {
		number.parse().expect("COVENANT_HISTORIES is a number")
	});
	let halves = [1, 2].map(|seed| std::thread::spawn(move || play_many(seed, cases / 2)));
	let mut reached = Reached::new();
	for half in halves {
		let half = half.join().expect("no promise was broken");
		for (what, times) in half {
			*reached.entry(what).or_default() += times;
		}
	}
	assert_all_was_tried(&reached);
}

fn play_many(seed: u8, cases: u32) -> Reached {
	let settings = Settings {
		cases,
		failure_persistence: None,
		..Default::default()
	};
	let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
	let reached = RefCell::new(Reached::new());
	TestRunner::new_with_rng(settings, rng)
		.run(&vec(any::<u64>(), CALLS), |rolls| {
			play(&rolls, &mut reached.borrow_mut());
			Ok(())
		})
		.unwrap_or_else(|broken| panic!("{broken}"));
	reached.into_inner()
}
