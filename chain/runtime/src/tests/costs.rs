//! docs/costs.md, which `scripts/weights --costs` writes.

use super::{chain::*, largest};
use crate::{AccountId, Runtime, RuntimeCall, TransactionPayment, TxExtension, Weight, COV};
use codec::Encode;
use covenant_groups::{Classify, WeightInfo as _};
use frame_support::{
	dispatch::{DispatchClass, GetDispatchInfo},
	traits::Get,
	weights::RuntimeDbWeight,
};
use pallet_multisig::WeightInfo as _;
use sp_keyring::Sr25519Keyring::Alice;
use sp_runtime::traits::TransactionExtension;
use std::fmt::Write;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/costs.md");

/// A database in which nothing, a read or a write alone costs something.
struct Database<const READ: u64, const WRITE: u64>;
impl<const READ: u64, const WRITE: u64> Get<RuntimeDbWeight> for Database<READ, WRITE> {
	fn get() -> RuntimeDbWeight {
		RuntimeDbWeight {
			read: READ,
			write: WRITE,
		}
	}
}
type Neither = Database<0, 0>;
type Reads = Database<1, 0>;
type Writes = Database<0, 1>;

/// What a call was measured to do.
#[derive(Clone, Copy)]
struct Measured {
	/// In picoseconds.
	computing: u64,
	reads: u64,
	writes: u64,
}

impl Measured {
	fn weight(self) -> Weight {
		let database = <Runtime as frame_system::Config>::DbWeight::get();
		Weight::from_parts(self.computing, 0)
			.saturating_add(database.reads_writes(self.reads, self.writes))
	}
}

/// What `weight` is made of; it is a weight function for any database.
macro_rules! measured {
	($pallet:ident, $($call:tt)+) => {{
		use $pallet::weights::{Measured as Of, WeightInfo as _};
		let computing = Of::<Neither>::$($call)+.ref_time();
		Measured {
			computing,
			reads: Of::<Reads>::$($call)+.ref_time() - computing,
			writes: Of::<Writes>::$($call)+.ref_time() - computing,
		}
	}};
}

macro_rules! all_measured {
	($pallet:ident, $name:ident: $($call:ident),+) => {
		match $name {
			$(stringify!($call) => measured!($pallet, $call()),)+
			other => panic!("{other} is not measured"),
		}
	};
}

/// What the call of a pallet's name was measured to do, at its worst.
fn measured((pallet, name): (&str, &str)) -> Measured {
	match (pallet, name) {
		("Contracts", "note_body") => {
			let longest = <Runtime as covenant_contracts::Config>::MaxBodyLen::get();
			measured!(covenant_contracts, note_body(longest))
		}
		// They close a first offer, or drop an update.
		("Contracts", "decline" | "expire") => {
			let drops = contracts("withdraw_update");
			let closes = contracts(name);
			if drops.weight().ref_time() > closes.weight().ref_time() {
				drops
			} else {
				closes
			}
		}
		("Contracts", _) => contracts(name),
		("Groups", _) => all_measured!(covenant_groups, name:
			create_group, propose, approve, reject, set_members, withdraw, clear, dissolve),
		("Nodes", _) => all_measured!(covenant_nodes, name:
			register, update, serve, heartbeat, announce, set_state, rotate_agent, remove),
		("Validators", _) => all_measured!(covenant_validators, name: set),
		_ => panic!("{pallet} is not ours"),
	}
}

fn contracts(name: &str) -> Measured {
	all_measured!(covenant_contracts, name:
		drop_body, create, accept, decline, cancel, settle, update, withdraw_update, terminate,
		report, top_up, expire, close, prune)
}

/// The call that a vote carries, if it is one.
fn carried(call: &RuntimeCall) -> Option<&RuntimeCall> {
	use covenant_groups::Call as Groups;
	match call {
		RuntimeCall::Groups(
			Groups::propose { call, .. }
			| Groups::approve { call, .. }
			| Groups::create_group {
				first: Some((call, _)),
				..
			},
		) => Some(call),
		_ => None,
	}
}

/// The fee for a transaction with `call` that weighs `weight` and has `bytes`.
fn fee(call: &RuntimeCall, weight: Weight, bytes: usize) -> u128 {
	let extension: TxExtension = extension(&Alice.to_account_id(), 0, 0);
	let base = <Runtime as frame_system::Config>::BlockWeights::get()
		.get(DispatchClass::Normal)
		.base_extrinsic;
	let weight = weight
		.saturating_add(base)
		.saturating_add(extension.weight(call));
	TransactionPayment::weight_to_fee(weight) + TransactionPayment::length_to_fee(bytes as u32)
}

fn bytes(call: &RuntimeCall) -> usize {
	signed(Alice, call.clone()).encoded_size()
}

fn micros(picoseconds: u64) -> String {
	format!("{:.1}", picoseconds as f64 / 1e6)
}

fn cov(amount: u128) -> String {
	format!("{:.6}", amount as f64 / COV as f64)
}

fn calls() -> String {
	let mut table = String::from(
		"| call | computing, µs | reads | writes | weight, µs | bytes | fee, COV |\n|---|---:|---:|---:|---:|---:|---:|\n",
	);
	let votes = largest::create();
	for call in largest::calls(&votes) {
		let name = largest::name_of(&call);
		let parts = measured(name);
		let inner = carried(&call).map_or(0, Encode::encoded_size);
		let bytes = bytes(&call) - inner;
		writeln!(
			table,
			"| `{}.{}` | {} | {} | {} | {} | {bytes} | {} |",
			name.0.to_lowercase(),
			name.1,
			micros(parts.computing),
			parts.reads,
			parts.writes,
			micros(parts.weight().ref_time()),
			cov(fee(&call, parts.weight(), bytes)),
		)
		.unwrap();
	}
	table
}

fn as_multi(signers: u8, call: &RuntimeCall) -> RuntimeCall {
	pallet_multisig::Call::as_multi {
		threshold: signers.into(),
		other_signatories: (1..signers)
			.map(|index| AccountId::new([index; 32]))
			.collect(),
		maybe_timepoint: Some(Default::default()),
		call: Box::new(call.clone()),
		max_weight: Weight::zero(),
	}
	.into()
}

fn approvals() -> String {
	type Multisig = <Runtime as pallet_multisig::Config>::WeightInfo;
	type Groups = <Runtime as covenant_groups::Config>::WeightInfo;
	let create = largest::create();
	let finding_kind = crate::GroupCalls::weight(&create);
	let first = propose(1, create.clone()).into();
	let vote = approve(1, 0, create.clone()).into();
	let z = create.encoded_size() as u32;
	let mut rows = vec![
		(
			"`groups.propose`, however many members".to_string(),
			first,
			Groups::propose().saturating_add(finding_kind),
		),
		(
			"`groups.approve`, however many members".to_string(),
			vote,
			Groups::approve().saturating_add(finding_kind),
		),
	];
	for signers in [3, 64] {
		let call = as_multi(signers, &create);
		let s = signers.into();
		for (step, weight) in [
			("the first", Multisig::as_multi_create(s, z)),
			("a further one", Multisig::as_multi_approve(s, z)),
			("the last", Multisig::as_multi_complete(s, z)),
		] {
			rows.push((
				format!("`multisig.as_multi` of {signers}, {step}"),
				call.clone(),
				weight,
			));
		}
	}
	let mut table =
		String::from("| vote | weight, µs | bytes | fee, COV |\n|---|---:|---:|---:|\n");
	for (name, call, weight) in rows {
		let bytes = bytes(&call);
		let fee = cov(fee(&call, weight, bytes));
		let weight = micros(weight.ref_time());
		writeln!(table, "| {name} | {weight} | {bytes} | {fee} |").unwrap();
	}
	table
}

fn page() -> String {
	let read = micros(<Runtime as frame_system::Config>::DbWeight::get().read);
	let write = micros(<Runtime as frame_system::Config>::DbWeight::get().write);
	format!(
		"# What calls cost

`chain/scripts/weights` measures each call where it costs most, on the runtime as wasm, and writes this page from what it found; a test fails where the two differ.

The weight is the time to compute, and {read} µs for each read and {write} µs for each write of storage. Bytes are those of the longest signed transaction with this call, and the fee is that of both, with what checking the transaction itself costs. What a vote carries comes on top: its bytes always, its weight when it is carried out, and always what it takes to find out of which kind it is.

{}
The agent's calls (`serve`, `heartbeat`, `announce`, `accept`, `decline`, `terminate`, `report`, `settle`) are free when they do what the agent is there for; their fee is what anybody else pays, or the agent for one that fails.

## An approval, beside pallet-multisig's

Of the same `contracts.create`, measured in the same run; the fee has its bytes, but not its weight, which is the same for both. Every vote in a group is charged as one that decides and has all 64 members behind it. pallet-multisig's benchmarks leave out reading and writing the signer's account, since paying the fee does that already; ours count it (125 µs), because who proposes or creates may be a group, which pays no fee. A multisig keeps the hash of a call and lists all its signers in each transaction; a group keeps the call, and can change its members.

{}",
		calls(),
		approvals()
	)
}

#[test]
fn the_committed_table_of_costs_is_what_the_weights_say() {
	run(|| {
		let page = page();
		if std::env::var("COVENANT_WRITE").as_deref() == Ok("costs") {
			std::fs::write(FILE, &page).unwrap();
		}
		let committed = std::fs::read_to_string(FILE).unwrap_or_default();
		assert!(
			committed == page,
			"docs/costs.md is not what the weights say: run chain/scripts/weights --costs"
		);
	});
}

/// The table's rows are what the runtime charges.
#[test]
fn each_call_weighs_what_was_measured_of_it() {
	run(|| {
		let carrying = largest::create();
		for call in largest::calls(&carrying) {
			let name = largest::name_of(&call);
			let mut expected = measured(name).weight();
			if let Some(inner) = carried(&call) {
				expected = expected
					.saturating_add(crate::GroupCalls::weight(inner))
					.saturating_add(inner.get_dispatch_info().call_weight);
			}
			if name.1 == "create_group" {
				expected = expected.saturating_add(measured(("Groups", "propose")).weight());
			}
			assert_eq!(call.get_dispatch_info().call_weight, expected, "{name:?}");
		}
	});
}
