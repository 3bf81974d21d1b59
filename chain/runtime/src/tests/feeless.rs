use super::chain::*;
use covenant_nodes::{Prices, Resources};
use sp_keyring::Sr25519Keyring::{Dave, One, Two};
use sp_runtime::transaction_validity::InvalidTransaction;

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
