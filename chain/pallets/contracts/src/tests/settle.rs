use crate::{
	mock::{Contracts, *},
	*,
};
use covenant_nodes::Prices;
use frame_support::{
	assert_noop, assert_ok,
	traits::{
		fungible::{Mutate, MutateHold},
		tokens::{Fortitude, Precision, Preservation},
	},
};
use sp_runtime::DispatchResult;

fn settle(who: AccountId, id: ContractId) -> DispatchResult {
	Contracts::settle(signed(who), id)
}

fn settle_is_feeless(who: AccountId, id: ContractId) -> bool {
	is_feeless(who, Call::settle { contract: id })
}

fn earned() -> Balance {
	free(OPERATOR) + NODE_DEPOSIT - FUNDS
}

#[test]
fn settle_works() {
	run(|| {
		pass(50);
		let id = running();
		let before = contract(id);
		pass(100);
		assert_ok!(settle(STRANGER, id));
		assert_eq!(
			contract(id),
			Contract {
				escrow: ESCROW - 100 * RATE,
				settled_at: 150,
				..before
			}
		);
		assert_eq!(earned(), 100 * RATE);
		assert_eq!(held(OWNER, HoldReason::Escrow), ESCROW - 100 * RATE);
		assert_eq!(
			events().last(),
			Some(&Event::Settled {
				contract: id,
				node: 1,
				paid: 100 * RATE,
				escrow: ESCROW - 100 * RATE,
				settled_at: 150,
				state: ContractState::Running,
				at: now(),
			})
		);
	});
}

#[test]
fn settle_twice_in_one_second_pays_once_works() {
	run(|| {
		let id = running();
		pass(100);
		assert_ok!(settle(STRANGER, id));
		assert_ok!(settle(STRANGER, id));
		assert_eq!(earned(), 100 * RATE);
	});
}

#[test]
fn settle_pays_by_the_live_clock_works() {
	run(|| {
		let id = running();
		pass_unseen(WINDOW / 4);
		assert_ok!(settle(STRANGER, id));
		assert_eq!(earned(), Balance::from(WINDOW / 4) * RATE);

		let roomy = Offering {
			escrow: 100 * ESCROW,
			..Default::default()
		}
		.accepted();
		let before = earned();
		pass_unseen(50 * WINDOW);
		assert_ok!(settle(STRANGER, roomy));
		// It was last seen a quarter of a window before, which the first reading had counted.
		let window = Balance::from(WINDOW - WINDOW / 4);
		assert_eq!(earned() - before, window * RATE);
		assert_eq!(contract(roomy).state, ContractState::Running);

		assert_ok!(Nodes::heartbeat(signed(AGENT), 1));
		assert_ok!(settle(STRANGER, roomy));
		assert_eq!(
			earned() - before,
			window * RATE,
			"coming back is not paid for"
		);
	});
}

#[test]
fn settle_a_second_before_the_escrow_is_used_up_keeps_it_running_works() {
	run(|| {
		let id = running();
		pass(SECONDS_PAID - 1);
		assert_ok!(settle(STRANGER, id));
		assert_eq!(contract(id).state, ContractState::Running);
		assert_eq!(contract(id).escrow, RATE);
	});
}

#[test]
fn settle_what_used_its_escrow_up_suspends_it_works() {
	for late in [0, 1, WINDOW] {
		run(|| {
			let id = running();
			let before = contract(id);
			pass(SECONDS_PAID + late);
			assert_ok!(settle(STRANGER, id));
			assert_eq!(
				contract(id),
				Contract {
					state: ContractState::Suspended,
					escrow: 0,
					settled_at: live(),
					suspended_at: Some(now()),
					..before
				}
			);
			assert_eq!(earned(), ESCROW, "the rest is forgiven");
			assert_eq!(node(1).reserved, ASKED, "capacity is kept");
			assert_eq!(
				events().last(),
				Some(&Event::Settled {
					contract: id,
					node: 1,
					paid: ESCROW,
					escrow: 0,
					settled_at: live(),
					state: ContractState::Suspended,
					at: now(),
				})
			);
		});
	}
}

#[test]
fn settle_what_costs_nothing_works() {
	run(|| {
		reprice(Prices::default());
		let id = Offering {
			escrow: 0,
			..Default::default()
		}
		.accepted();
		pass(2 * SETTLE_PERIOD);
		assert_ok!(settle(STRANGER, id));
		assert_eq!(contract(id).state, ContractState::Running);
		assert_eq!(earned(), 0);
	});
}

#[test]
fn settle_to_an_operator_who_is_the_owner_works() {
	run(|| {
		let id = Offering {
			owner: OPERATOR,
			..Default::default()
		}
		.accepted();
		pass(100);
		assert_ok!(settle(STRANGER, id));
		assert_eq!(held(OPERATOR, HoldReason::Escrow), ESCROW - 100 * RATE);
	});
}

#[test]
fn settle_is_free_for_the_agent_once_a_day_works() {
	run(|| {
		let id = Offering {
			escrow: FUNDS / 2,
			..Default::default()
		}
		.accepted();
		for _ in 0..2 {
			pass(SETTLE_PERIOD - 1);
			assert!(!settle_is_feeless(AGENT, id));
			pass(1);
			assert!(settle_is_feeless(AGENT, id));
			for who in [OWNER, OPERATOR, STRANGER] {
				assert!(!settle_is_feeless(who, id));
			}
			assert_ok!(settle(AGENT, id));
		}
	});
}

#[test]
fn settle_is_free_for_the_agent_when_the_escrow_is_used_up_works() {
	run(|| {
		let id = running();
		pass(SECONDS_PAID - 1);
		assert!(!settle_is_feeless(AGENT, id));
		pass(1);
		assert!(settle_is_feeless(AGENT, id));
		assert!(!settle_is_feeless(STRANGER, id));
		assert_ok!(settle(AGENT, id));
		assert!(!settle_is_feeless(AGENT, id));
	});
}

#[test]
fn settle_for_a_fee_by_the_agent_works() {
	run(|| {
		let id = running();
		pass(100);
		assert!(!settle_is_feeless(AGENT, id));
		assert_ok!(settle(AGENT, id));
	});
}

/// A payout needs an account to go to. This operator has lost everything, so what does not reach
/// the existential deposit cannot be delivered.
#[test]
fn settle_what_cannot_be_delivered_goes_back_to_the_owner_works() {
	new_chain().execute_with(|| {
		reprice(Prices {
			cpu: 1,
			..Prices::default()
		});
		let one = Resources {
			cpu: 1,
			..Default::default()
		};
		let id = Offering {
			resources: one,
			escrow: 100,
			..Default::default()
		}
		.accepted();
		let before = free(OWNER);
		let node_hold = covenant_nodes::HoldReason::Node.into();
		assert_ok!(Balances::burn_held(
			&node_hold,
			&OPERATOR,
			NODE_DEPOSIT,
			Precision::Exact,
			Fortitude::Force
		));
		assert_ok!(Balances::burn_from(
			&OPERATOR,
			free(OPERATOR),
			Preservation::Expendable,
			Precision::Exact,
			Fortitude::Force
		));
		assert!(!System::account_exists(&OPERATOR));

		let undeliverable = EXISTENTIAL_DEPOSIT - 1;
		pass(undeliverable as u64);
		assert_ok!(settle(STRANGER, id));
		assert_eq!(free(OPERATOR), 0);
		assert_eq!(free(OWNER) - before, undeliverable);
		assert_eq!(held(OWNER, HoldReason::Escrow), 100 - undeliverable);
		assert_eq!(
			events().last(),
			Some(&Event::Settled {
				contract: id,
				node: 1,
				paid: 0,
				escrow: 100 - undeliverable,
				settled_at: 9,
				state: ContractState::Running,
				at: now(),
			})
		);

		// Nor does it keep the contract from closing.
		pass(1);
		assert_ok!(Contracts::cancel(signed(OWNER), id));
		assert_eq!(held(OWNER, HoldReason::Escrow), 0);
		assert_eq!(free(OPERATOR), 0);
		assert_ok!(Pallet::<Test>::do_try_state());
	});
}

#[test]
fn settle_what_is_not_there_fails() {
	run(|| {
		assert_noop!(settle(STRANGER, 1), Error::<Test>::ContractNotFound);
	});
}

#[test]
fn settle_an_offer_fails() {
	run(|| {
		let id = offered();
		assert_noop!(settle(STRANGER, id), Error::<Test>::NotRunning);
		assert!(!settle_is_feeless(AGENT, id));
	});
}

#[test]
fn settle_what_is_suspended_fails() {
	run(|| {
		let id = suspended();
		pass(2 * SETTLE_PERIOD);
		assert_noop!(settle(STRANGER, id), Error::<Test>::NotRunning);
		assert!(!settle_is_feeless(AGENT, id));
	});
}
