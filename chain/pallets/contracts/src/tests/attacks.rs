//! One test for each way in which somebody would cheat on nodes and contracts, named after it.

use crate::{
	mock::{Contracts, *},
	*,
};
use covenant_nodes::{NodeState, Prices};
use frame_support::{
	assert_noop, assert_ok,
	traits::{fungible::Inspect, tokens::Precision},
};

fn accept(who: AccountId, id: ContractId, version: u32, body: &[u8]) -> sp_runtime::DispatchResult {
	Contracts::accept(signed(who), id, version, hash_of(body), NETWORK_KEY)
}

fn settle(id: ContractId) {
	assert_ok!(Contracts::settle(signed(STRANGER), id));
}

/// The node would be bound to something it never looked at.
#[test]
fn an_owner_front_running_accept_with_an_update() {
	run(|| {
		let id = offered();
		Updating::default().made(id);
		assert_noop!(accept(AGENT, id, 1, BODY), Error::<Test>::WrongVersion);
		assert_eq!(contract(id).state, ContractState::Offered);
		assert_eq!(node(1).reserved, Resources::default());
	});
}

/// The same version with another body does not exist, and neither does one body for two versions.
#[test]
fn an_accept_replayed_for_another_version_or_contract() {
	run(|| {
		let (first, second) = (offered(), offered());
		assert_ok!(accept(AGENT, first, 1, BODY));
		assert_noop!(accept(AGENT, first, 1, BODY), Error::<Test>::NothingOffered);
		let same_body = Updating {
			body: hash_of(BODY),
			..Default::default()
		};
		assert_ok!(same_body.submit(second));
		assert_noop!(accept(AGENT, second, 1, BODY), Error::<Test>::WrongVersion);
	});
}

#[test]
fn a_node_accepting_twice_or_over_its_capacity() {
	run(|| {
		let ids = [running(), running(), offered()];
		assert_noop!(
			accept(AGENT, ids[0], 1, BODY),
			Error::<Test>::NothingOffered
		);
		assert_noop!(
			accept(AGENT, ids[2], 1, BODY),
			covenant_nodes::Error::<Test>::CapacityExceeded
		);
		// Nor by shrinking what it has, nor by an update of what it runs.
		let less = Resources {
			cpu: TOTAL.cpu - 1,
			..TOTAL
		};
		assert_noop!(
			Nodes::update(
				signed(OPERATOR),
				1,
				less,
				PRICES,
				Default::default(),
				Default::default()
			),
			covenant_nodes::Error::<Test>::BelowReserved
		);
		Updating::default().made(ids[0]);
		assert_noop!(
			accept(AGENT, ids[0], 2, NEW_BODY),
			covenant_nodes::Error::<Test>::CapacityExceeded
		);
	});
}

#[test]
fn heartbeat_and_report_flooding() {
	run(|| {
		let id = running();
		pass_unseen(PERIOD);
		let heartbeat = || Nodes::heartbeat(signed(AGENT), 1);
		let report = || Contracts::report(signed(AGENT), id, Health::Healthy);
		assert_ok!(heartbeat());
		assert_ok!(report());
		let beat = live();
		for _ in 0..PERIOD / 2 - 1 {
			pass_unseen(1);
			assert_noop!(heartbeat(), covenant_nodes::Error::<Test>::TooSoon);
			assert_noop!(report(), Error::<Test>::ReportedTooSoon);
			let health = Health::Healthy;
			assert!(!is_feeless(
				AGENT,
				Call::report {
					contract: id,
					health
				}
			));
		}
		assert_eq!(live(), beat + PERIOD / 2 - 1, "flooding earns nothing");
	});
}

/// However the seconds are cut, they are paid once.
#[test]
fn heartbeats_and_settlements_cut_small_to_be_paid_more() {
	run(|| {
		let (often, once) = (running(), running());
		for _ in 0..50 {
			pass_unseen(PERIOD / 60);
			let _ = Nodes::heartbeat(signed(AGENT), 1);
			settle(often);
		}
		settle(once);
		assert_eq!(contract(often).escrow, contract(once).escrow);
	});
}

#[test]
fn settle_at_extreme_rates_and_times() {
	run(|| {
		reprice(Prices {
			cpu: Balance::MAX / 4,
			..PRICES
		});
		let extreme = Offering {
			resources: Resources {
				cpu: 3,
				..Default::default()
			},
			max_rate: Balance::MAX,
			..Default::default()
		};
		let id = extreme.accepted();
		pass_unseen(u64::MAX / 2 - now());
		settle(id);
		assert_eq!(contract(id).state, ContractState::Suspended);
		assert_eq!(free(OPERATOR), FUNDS - NODE_DEPOSIT + ESCROW);
		assert_ok!(Contracts::cancel(signed(OWNER), id));
	});
}

/// A payout too small for an account that does not exist is the owner's again, and the close goes on.
#[test]
fn dust_and_an_operator_whose_account_is_gone() {
	for end in ["cancel", "terminate", "close"] {
		run(|| {
			reprice(Prices {
				memory: 1,
				..Prices::default()
			});
			let tiny = Offering {
				resources: Resources {
					memory: 1,
					..Default::default()
				},
				..Default::default()
			};
			let id = tiny.accepted();
			pass(1);
			if end == "close" {
				set_node(NodeState::Retired);
			}
			reap_operator();
			let owned = Balances::total_balance(&OWNER);
			match end {
				"cancel" => {
					assert_ok!(Contracts::cancel(signed(OWNER), id));
				}
				"terminate" => {
					let reason = DeclineReason::Other(0);
					assert_ok!(Contracts::terminate(signed(AGENT), id, reason));
				}
				_ => {
					assert_ok!(Contracts::close(signed(STRANGER), id));
				}
			}
			assert_eq!(Balances::total_balance(&OWNER), owned, "{end}");
			assert!(!System::account_exists(&OPERATOR));
			assert_eq!(held(OWNER, HoldReason::Escrow), 0);
			restore_operator();
		});
	}
}

#[test]
fn a_body_dropped_by_all_who_hold_it_while_it_is_needed() {
	run(|| {
		assert_ok!(note(STRANGER, BODY));
		let id = updating();
		for (who, body) in [(OWNER, BODY), (STRANGER, BODY), (OWNER, NEW_BODY)] {
			assert_ok!(Contracts::drop_body(signed(who), hash_of(body)));
		}
		for body in [BODY, NEW_BODY] {
			assert!(Bodies::<Test>::contains_key(hash_of(body)));
		}
		assert_ok!(accept(AGENT, id, 2, NEW_BODY));
		assert!(!Bodies::<Test>::contains_key(hash_of(BODY)));
		assert_ok!(Contracts::cancel(signed(OWNER), id));
		assert!(!Bodies::<Test>::contains_key(hash_of(NEW_BODY)));
	});
}

/// Whoever notes a body first neither owns it nor can take it away from another.
#[test]
fn a_body_front_run_by_another_holder() {
	run(|| {
		assert_ok!(note(STRANGER, BODY));
		let id = offered();
		assert_ok!(Contracts::drop_body(signed(STRANGER), hash_of(BODY)));
		assert_ok!(accept(AGENT, id, 1, BODY));
	});
}

/// Naming an agent takes nothing from it, and nothing of it.
#[test]
fn an_agent_named_by_a_stranger() {
	run(|| {
		let register = Nodes::register(
			signed(STRANGER),
			AGENT,
			[6; 32],
			TOTAL,
			PRICES,
			Default::default(),
			Default::default(),
			Default::default(),
		);
		assert_eq!(
			register,
			Err(covenant_nodes::Error::<Test>::AgentServesAnotherNode.into())
		);
		// One that does not serve yet can be named, and serves whom it likes.
		let fresh = 77;
		for operator in [STRANGER, OPERATOR] {
			assert_ok!(Nodes::register(
				signed(operator),
				fresh,
				[6; 32],
				TOTAL,
				PRICES,
				Default::default(),
				Default::default(),
				Default::default(),
			));
		}
		assert_ok!(Nodes::serve(signed(fresh), 3));
		assert_ok!(Nodes::remove(signed(STRANGER), 2));
		assert_eq!(node(3).agent, Some(fresh));
		assert_eq!(System::sufficients(&fresh), 1);
		assert_noop!(
			Nodes::rotate_agent(signed(STRANGER), 3, STRANGER, [5; 32]),
			covenant_nodes::Error::<Test>::NotOperator
		);
	});
}

/// What was sealed for the machine before cannot be accepted by the one after, nor the reverse.
#[test]
fn an_agent_that_was_rotated_away_going_on() {
	run(|| {
		let (running, offered) = (running(), offered());
		assert_ok!(Nodes::rotate_agent(
			signed(OPERATOR),
			1,
			OTHER_AGENT,
			[8; 32]
		));
		assert_noop!(
			accept(AGENT, offered, 1, BODY),
			Error::<Test>::SealingKeyChanged
		);
		assert_ok!(Nodes::serve(signed(OTHER_AGENT), 1));
		let reason = DeclineReason::Other(0);
		assert_noop!(
			Contracts::terminate(signed(AGENT), running, reason),
			Error::<Test>::NotAgent
		);
		assert!(!is_feeless(AGENT, Call::settle { contract: running }));
		assert!(!System::account_exists(&AGENT));
	});
}

/// A drop of money now and then would keep capacity taken for ever.
#[test]
fn dust_that_keeps_a_suspended_contract_from_being_closed() {
	run(|| {
		let id = suspended();
		assert_noop!(
			Contracts::top_up(signed(STRANGER), id, 1),
			Error::<Test>::TopUpTooSmall
		);
		pass(GRACE);
		assert_ok!(Contracts::close(signed(STRANGER), id));
	});
}

/// Retiring and coming back would let an operator choose when it is paid.
#[test]
fn a_retired_node_that_comes_back() {
	run(|| {
		let id = running();
		pass(10);
		set_node(NodeState::Retired);
		pass_unseen(500);
		for state in [NodeState::Active, NodeState::Draining] {
			assert_noop!(
				Nodes::set_state(signed(OPERATOR), 1, state),
				covenant_nodes::Error::<Test>::NodeIsRetired
			);
		}
		assert_noop!(
			Nodes::heartbeat(signed(AGENT), 1),
			covenant_nodes::Error::<Test>::NodeIsRetired
		);
		settle(id);
		assert_eq!(free(OPERATOR), FUNDS - NODE_DEPOSIT + 10 * RATE);
	});
}

/// An operator who leaves with the deposit leaves no contract behind.
#[test]
fn an_operator_removing_a_node_that_is_paid_for() {
	run(|| {
		let id = running();
		set_node(NodeState::Retired);
		assert_noop!(
			Nodes::remove(signed(OPERATOR), 1),
			covenant_nodes::Error::<Test>::ContractsLeft
		);
		assert_ok!(Contracts::close(signed(STRANGER), id));
		assert_ok!(Nodes::remove(signed(OPERATOR), 1));
	});
}

/// Prices raised after an offer or an update change neither.
#[test]
fn a_node_raising_its_price_under_an_offer() {
	run(|| {
		let id = updating();
		reprice(Prices {
			cpu: 1_000_000,
			..PRICES
		});
		assert_ok!(accept(AGENT, id, 2, NEW_BODY));
		pass(10);
		settle(id);
		assert_eq!(contract(id).escrow, ESCROW - 10 * NEW_RATE);
	});
}

/// Two updates are approved as changes of the same version. Once one of them is on offer, the other is
/// no longer the change that was looked at, even where the first was taken back.
#[test]
fn a_stale_base_version() {
	run(|| {
		let id = running();
		Updating {
			base: Some(1),
			..Default::default()
		}
		.made(id);
		let approved_before = || Updating {
			base: Some(1),
			body: hash_of(BODY),
			resources: ASKED,
			..Default::default()
		};
		assert_noop!(approved_before().submit(id), Error::<Test>::StaleBase);
		assert_ok!(Contracts::withdraw_update(signed(OWNER), id));
		assert_noop!(approved_before().submit(id), Error::<Test>::StaleBase);
	});
}

/// A cheaper update offered and taken back would settle at the lower rate if updates reached back.
#[test]
fn an_update_that_reaches_back_in_time() {
	run(|| {
		let id = running();
		pass(100);
		reprice(Prices::default());
		let free_of_charge = Updating {
			max_rate: 0,
			..Default::default()
		};
		free_of_charge.made(id);
		pass(100);
		assert_ok!(accept(AGENT, id, 2, NEW_BODY));
		assert_eq!(free(OPERATOR), FUNDS - NODE_DEPOSIT + 200 * RATE);
	});
}

fn reap_operator() {
	// Everything the operator has goes elsewhere, the deposit of the node with it.
	let deposit = NODE_DEPOSIT;
	assert_ok!(<Balances as frame_support::traits::fungible::MutateHold<
		_,
	>>::release(
		&covenant_nodes::HoldReason::Node.into(),
		&OPERATOR,
		deposit,
		Precision::Exact,
	));
	assert_ok!(Balances::transfer_all(signed(OPERATOR), STRANGER, false));
	assert!(!System::account_exists(&OPERATOR));
}

/// What `reap_operator` took, so that the invariants hold again.
fn restore_operator() {
	assert_ok!(Balances::transfer_allow_death(
		signed(STRANGER),
		OPERATOR,
		2 * NODE_DEPOSIT
	));
	assert_ok!(<Balances as frame_support::traits::fungible::MutateHold<
		_,
	>>::hold(
		&covenant_nodes::HoldReason::Node.into(),
		&OPERATOR,
		NODE_DEPOSIT,
	));
}
