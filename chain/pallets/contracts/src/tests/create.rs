use crate::{mock::*, *};
use covenant_nodes::{NodeState, Prices};
use frame_support::{assert_noop, assert_ok};

#[test]
fn create_works() {
	run(|| {
		pass(60);
		let id = offered();
		let spec = Spec {
			version: 1,
			body: hash_of(BODY),
			resources: ASKED,
			rate: RATE,
			sealing_version: 1,
			deposit: byte_deposit(BODY),
		};
		let deadline = now() + 3_600;
		assert_eq!(
			contract(id),
			Contract {
				owner: OWNER,
				node: 1,
				state: ContractState::Offered,
				running: None,
				pending: Some(Offer { spec, deadline }),
				version: 1,
				escrow: ESCROW,
				settled_at: 0,
				suspended_at: None,
				network_key: None,
				created_at: now(),
				deposit: CONTRACT_DEPOSIT,
				report: None,
			}
		);
		assert_eq!(held(OWNER, HoldReason::Escrow), ESCROW);
		assert_eq!(held(OWNER, HoldReason::Contract), contract_deposit());
		assert_eq!(Bodies::<Test>::get(hash_of(BODY)).unwrap().references, 1);
		assert_eq!(
			(node(1).contracts, node(1).reserved),
			(1, Resources::default())
		);
		System::assert_last_event(
			Event::Created {
				contract: id,
				owner: OWNER,
				node: 1,
				version: 1,
				body: hash_of(BODY),
				resources: ASKED,
				rate: RATE,
				sealing_version: 1,
				escrow: ESCROW,
				deposit: CONTRACT_DEPOSIT,
				body_deposit: byte_deposit(BODY),
				deadline,
				created_at: now(),
			}
			.into(),
		);
	});
}

#[test]
fn create_with_a_body_that_only_another_holds_works() {
	run(|| {
		assert_ok!(note(OTHER_OWNER, BODY));
		assert_ok!(Offering::default().submit());
	});
}

#[test]
fn create_more_than_the_node_has_is_an_offer_all_the_same_works() {
	run(|| {
		offered();
		offered();
		offered();
		assert_eq!(
			(node(1).contracts, node(1).reserved),
			(3, Resources::default())
		);
	});
}

#[test]
fn create_at_the_nodes_price_of_the_moment_works() {
	run(|| {
		let id = offered();
		reprice(Prices { cpu: 3, ..PRICES });
		assert_eq!(contract(id).pending.unwrap().spec.rate, RATE);
		assert_noop!(Offering::default().submit(), Error::<Test>::RateAboveMax);

		let dearer = RATE + u128::from(ASKED.cpu);
		let id = Offering {
			max_rate: dearer,
			..Default::default()
		}
		.made();
		assert_eq!(contract(id).pending.unwrap().spec.rate, dearer);
	});
}

#[test]
fn create_above_the_greatest_rate_fails() {
	run(|| {
		assert_ok!(note(OWNER, BODY));
		assert_noop!(
			Offering {
				max_rate: RATE - 1,
				..Default::default()
			}
			.submit(),
			Error::<Test>::RateAboveMax
		);
		assert_ok!(Offering {
			max_rate: RATE,
			..Default::default()
		}
		.submit());
	});
}

#[test]
fn create_at_a_price_past_the_largest_amount_fails() {
	run(|| {
		assert_ok!(note(OWNER, BODY));
		reprice(Prices {
			cpu: Balance::MAX,
			..PRICES
		});
		assert_noop!(
			Offering {
				max_rate: Balance::MAX,
				..Default::default()
			}
			.submit(),
			Error::<Test>::RateOverflow
		);
	});
}

#[test]
fn create_with_a_body_that_is_not_there_fails() {
	run(|| {
		assert_noop!(Offering::default().submit(), Error::<Test>::BodyNotFound);
	});
}

#[test]
fn create_on_a_node_that_is_not_there_fails() {
	run(|| {
		assert_ok!(note(OWNER, BODY));
		assert_noop!(
			Offering {
				node: 2,
				..Default::default()
			}
			.submit(),
			covenant_nodes::Error::<Test>::NodeNotFound
		);
	});
}

#[test]
fn create_on_a_node_seen_a_window_ago_works_and_a_second_later_fails() {
	run(|| {
		assert_ok!(note(OWNER, BODY));
		pass_unseen(WINDOW);
		assert_ok!(Offering::default().submit());
		pass_unseen(1);
		assert_noop!(Offering::default().submit(), Error::<Test>::NodeNotSeen);
		assert_ok!(Nodes::heartbeat(signed(AGENT), 1));
		assert_ok!(Offering::default().submit());
	});
}

#[test]
fn create_on_a_node_nobody_serves_fails() {
	run(|| {
		assert_ok!(note(OWNER, BODY));
		assert_ok!(Nodes::register(
			signed(OPERATOR),
			OTHER_AGENT,
			[7; 32],
			TOTAL,
			PRICES,
			Default::default(),
			Default::default(),
			Default::default(),
		));
		assert_noop!(
			Offering {
				node: 2,
				..Default::default()
			}
			.submit(),
			Error::<Test>::NodeNotSeen
		);
	});
}

#[test]
fn create_with_a_deadline_from_the_next_second_to_the_greatest_works_and_beyond_fails() {
	run(|| {
		assert_ok!(note(OWNER, BODY));
		let until = |deadline| {
			Offering {
				deadline,
				..Default::default()
			}
			.submit()
		};
		assert_noop!(until(now()), Error::<Test>::DeadlinePassed);
		assert_ok!(until(now() + 1));
		assert_ok!(until(now() + MAX_DEADLINE));
		assert_noop!(
			until(now() + MAX_DEADLINE + 1),
			Error::<Test>::DeadlineTooFar
		);
		assert_noop!(until(u64::MAX), Error::<Test>::DeadlineTooFar);
	});
}

#[test]
fn create_without_escrow_and_deposit_fails() {
	run(|| {
		assert_ok!(note(OTHER_OWNER, BODY));
		let most = FUNDS - contract_deposit() - EXISTENTIAL_DEPOSIT;
		for escrow in [most + 1, FUNDS, Balance::MAX] {
			assert_noop!(
				Offering {
					escrow,
					..Default::default()
				}
				.submit(),
				Error::<Test>::CannotHoldDeposit
			);
		}
		assert_ok!(Offering {
			escrow: most,
			..Default::default()
		}
		.submit());
		assert_eq!(free(OWNER), EXISTENTIAL_DEPOSIT);
	});
}

#[test]
fn create_past_the_last_id_fails() {
	run(|| {
		assert_ok!(note(OWNER, BODY));
		NextContract::<Test>::put(ContractId::MAX);
		assert_noop!(
			Offering::default().submit(),
			sp_runtime::ArithmeticError::Overflow
		);
		NextContract::<Test>::put(1);
	});
}

#[test]
fn create_on_a_node_that_takes_no_new_offers_fails() {
	run(|| {
		assert_ok!(note(OWNER, BODY));
		for state in [NodeState::Draining, NodeState::Retired] {
			set_node(state);
			assert_noop!(Offering::default().submit(), Error::<Test>::NodeNotActive);
		}
	});
}
