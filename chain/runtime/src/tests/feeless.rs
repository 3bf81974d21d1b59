use super::chain::*;
use covenant_nodes::{Prices, Resources};
use sp_keyring::Sr25519Keyring::{self, Alice, Dave, One, Two};
use sp_runtime::{
	traits::TransactionExtension,
	transaction_validity::{InvalidTransaction, TransactionSource, ValidTransaction},
};

fn register() -> covenant_nodes::Call<crate::Runtime> {
	covenant_nodes::Call::register {
		agent: One.to_account_id(),
		sealing_key: [7; 32],
		resources: Resources::default(),
		prices: Prices {
			cpu: 1,
			memory: 1,
			storage: 1,
			gpu: 1,
			public_ipv4: 1,
		},
		region: Default::default(),
		attributes: Default::default(),
		endpoint: Default::default(),
	}
}

#[test]
fn an_agent_that_owns_nothing_serves_and_beats() {
	run(|| {
		submit(Dave, register());
		let paid = fees_paid();
		submit(One, covenant_nodes::Call::serve { node: 1 });
		pass(300);
		submit(One, covenant_nodes::Call::heartbeat { node: 1 });
		assert_eq!(fees_paid(), paid);
		assert_eq!(free(&One.to_account_id()), 0);
	});
}

#[test]
fn a_call_that_would_fail_is_not_feeless() {
	run(|| {
		submit(Dave, register());
		let refused = Err(InvalidTransaction::Payment.into());
		assert_eq!(
			apply(One, covenant_nodes::Call::heartbeat { node: 1 }),
			refused
		);
		submit(One, covenant_nodes::Call::serve { node: 1 });
		assert_eq!(apply(One, covenant_nodes::Call::serve { node: 1 }), refused);
		pass(299);
		assert_eq!(
			apply(One, covenant_nodes::Call::heartbeat { node: 1 }),
			refused
		);
		// Nor are other calls of the agent, or the agent's calls from others.
		assert_eq!(apply(One, pay(&Dave.to_account_id(), 1)), refused);
		assert_eq!(apply(Two, covenant_nodes::Call::serve { node: 1 }), refused);
	});
}

/// What the pool is told of a transaction.
fn judged(extrinsic: crate::UncheckedExtrinsic) -> ValidTransaction {
	let at = crate::System::parent_hash();
	crate::Executive::validate_transaction(TransactionSource::External, extrinsic, at)
		.expect("a valid transaction")
}

fn heartbeat(node: u32) -> crate::RuntimeCall {
	covenant_nodes::Call::heartbeat { node }.into()
}

/// Node 1 of agent One, who may beat again.
fn due_for_a_heartbeat() {
	submit(Dave, register());
	submit(One, covenant_nodes::Call::serve { node: 1 });
	pass(300);
}

#[test]
fn a_free_call_stands_above_whatever_a_tip_buys() {
	run(|| {
		due_for_a_heartbeat();
		let free = judged(signed(One, heartbeat(1))).priority;
		for tip in [0, 1, crate::COV, 999_000 * crate::COV] {
			let transfer = pay(&Two.to_account_id(), crate::MILLICOV);
			let paid = judged(signed_ahead(Alice, transfer, 0, tip)).priority;
			assert!(paid < free, "a tip of {tip} buys {paid}");
		}
		assert_eq!(free, u64::MAX);
	});
}

#[test]
fn a_free_call_lives_for_a_few_blocks() {
	run(|| {
		due_for_a_heartbeat();
		assert_eq!(judged(signed(One, heartbeat(1))).longevity, 16);
		let transfer = pay(&Two.to_account_id(), crate::MILLICOV);
		assert!(judged(signed(Alice, transfer)).longevity > 1_000_000);
	});
}

/// The tags that both provide.
fn in_common(one: &ValidTransaction, other: &ValidTransaction) -> usize {
	one.provides
		.iter()
		.filter(|tag| other.provides.contains(tag))
		.count()
}

#[test]
fn the_pool_holds_one_of_each_free_call() {
	run(|| {
		due_for_a_heartbeat();
		let announce = |endpoint: &[u8]| covenant_nodes::Call::announce {
			node: 1,
			endpoint: endpoint.to_vec().try_into().unwrap(),
		};
		let beat = judged(signed(One, heartbeat(1)));
		// However far ahead the agent signs, it is the same heartbeat.
		let again = judged(signed_ahead(One, heartbeat(1), 7, 0));
		assert_eq!(in_common(&beat, &again), 1);
		// Another call is another, but another argument is not.
		let one = judged(signed_ahead(One, announce(b"one"), 1, 0));
		let other = judged(signed_ahead(One, announce(b"other"), 2, 0));
		assert_eq!(in_common(&beat, &one), 0);
		assert_eq!(in_common(&one, &other), 1);
		// Nor is what another node does.
		let mut second = register();
		if let covenant_nodes::Call::register { agent, .. } = &mut second {
			*agent = Two.to_account_id();
		}
		submit(Dave, second);
		let serve = judged(signed(Two, covenant_nodes::Call::serve { node: 2 }));
		assert_eq!(in_common(&beat, &serve), 0);
		// And in the next period a heartbeat is a new one.
		pass(300);
		assert_eq!(
			in_common(&beat, &judged(signed_ahead(One, heartbeat(1), 7, 0))),
			0
		);
	});
}

#[test]
fn an_agent_that_pays_is_one_of_the_paying() {
	run(|| {
		submit(Dave, register());
		submit(Alice, pay(&One.to_account_id(), crate::COV));
		submit(One, covenant_nodes::Call::serve { node: 1 });
		// It is too soon, so it would fail, and be paid for.
		let valid = judged(signed(One, heartbeat(1)));
		assert!(valid.priority < u64::MAX);
		assert_eq!(valid.provides.len(), 1);
		let paid = fees_paid();
		assert!(matches!(apply(One, heartbeat(1)), Ok(Err(_))));
		assert!(fees_paid() > paid);
	});
}

/// Whoever signs it: a stranger's copy is looked at as well.
#[test]
fn finding_out_whether_a_call_is_free_is_weighed() {
	use covenant_contracts::WeightInfo as _;
	use covenant_nodes::WeightInfo as _;
	run(|| {
		let extension = extension(&Alice.to_account_id(), 0, 0);
		let beyond_paying = |call: crate::RuntimeCall| {
			let usual = extension.weight(&pay(&Two.to_account_id(), 1));
			extension.weight(&call).saturating_sub(usual)
		};
		let settle = covenant_contracts::Call::settle { contract: 1 };
		let cancel = covenant_contracts::Call::cancel { contract: 1 };
		assert_eq!(
			beyond_paying(heartbeat(1)),
			<crate::Runtime as covenant_nodes::Config>::WeightInfo::check()
		);
		assert_eq!(
			beyond_paying(settle.into()),
			<crate::Runtime as covenant_contracts::Config>::WeightInfo::check()
		);
		assert_eq!(beyond_paying(cancel.into()), crate::Weight::zero());
	});
}

/// Wallets refuse what they do not know.
#[test]
fn clients_see_none_but_the_usual_extensions() {
	let seen: Vec<_> = crate::TxExtension::metadata()
		.into_iter()
		.map(|extension| extension.identifier)
		.collect();
	assert_eq!(
		seen,
		[
			"CheckNonZeroSender",
			"CheckSpecVersion",
			"CheckTxVersion",
			"CheckGenesis",
			"CheckMortality",
			"CheckNonce",
			"CheckWeight",
			"ChargeTransactionPayment",
			"CheckMetadataHash",
			"WeightReclaim",
		]
	);
}

#[test]
fn a_strangers_copy_of_an_agents_call_is_no_free_one() {
	run(|| {
		due_for_a_heartbeat();
		let by = |who: Sr25519Keyring| judged(signed(who, heartbeat(1))).provides.len();
		// Its nonce, and the tag of the call.
		assert_eq!(by(One), 2);
		assert_eq!(by(Alice), 1);
	});
}
