use crate::{
	mock::{Contracts, *},
	*,
};
use frame_support::assert_ok;

#[test]
fn a_contracts_life_works() {
	run(|| {
		// The owner keeps the body on chain, and offers it to the node.
		assert_ok!(note(OWNER, BODY));
		assert_ok!(Offering::default().submit());
		assert_eq!(held(OWNER, HoldReason::Body), body_deposit());
		assert_eq!(held(OWNER, HoldReason::Contract), contract_deposit());
		assert_eq!(held(OWNER, HoldReason::Escrow), ESCROW);
		assert_eq!(
			(node(1).contracts, node(1).reserved),
			(1, Resources::default())
		);

		// The agent takes it on, without a fee.
		pass(60);
		let accept = Call::accept {
			contract: 1,
			version: 1,
			body: hash_of(BODY),
			network_key: NETWORK_KEY,
		};
		assert!(is_feeless(AGENT, accept));
		assert_ok!(Contracts::accept(
			signed(AGENT),
			1,
			1,
			hash_of(BODY),
			NETWORK_KEY
		));
		assert_eq!(node(1).reserved, ASKED);

		// Ten seconds later somebody settles.
		let earned_before = free(OPERATOR);
		pass(10);
		assert_ok!(Contracts::settle(signed(STRANGER), 1));
		assert_eq!(free(OPERATOR) - earned_before, 10 * RATE);

		// The machine is gone for an hour, and comes back a window later on its live clock; that
		// is more than the escrow pays for.
		pass_unseen(3_600);
		assert!(is_feeless(AGENT, Call::settle { contract: 1 }));
		assert_ok!(Contracts::settle(signed(AGENT), 1));
		assert_eq!(free(OPERATOR) - earned_before, ESCROW);
		assert_eq!(contract(1).state, ContractState::Suspended);
		assert_eq!(contract(1).suspended_at, Some(now()));
		assert_eq!(node(1).reserved, ASKED);

		// The owner ends it, and drops the body: nothing is left but the tombstone.
		assert_ok!(Contracts::cancel(signed(OWNER), 1));
		assert_ok!(Contracts::drop_body(signed(OWNER), hash_of(BODY)));
		assert_eq!(
			(node(1).contracts, node(1).reserved),
			(0, Resources::default())
		);
		assert!(!Bodies::<Test>::contains_key(hash_of(BODY)));
		assert_eq!(free(OWNER), FUNDS - ESCROW - TOMBSTONE_DEPOSIT);
		assert_eq!(
			tombstone(1),
			Tombstone {
				owner: OWNER,
				node: 1,
				reason: CloseReason::Cancelled,
				closed_at: now(),
				version: 1,
				body: hash_of(BODY),
				deposit: TOMBSTONE_DEPOSIT,
			}
		);
	});
}
