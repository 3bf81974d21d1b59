use crate::{
	mock::{Contracts, *},
	*,
};
use covenant_nodes::{NodeState, Prices};
use frame_support::{assert_noop, assert_ok};

fn references(body: &[u8]) -> u32 {
	Bodies::<Test>::get(hash_of(body)).map_or(0, |body| body.references)
}

#[test]
fn update_what_runs_leaves_it_running_works() {
	run(|| {
		let id = running();
		let before = contract(id);
		pass(10);
		Updating::default().made(id);
		let spec = Spec {
			version: 2,
			body: hash_of(NEW_BODY),
			resources: NEW_ASKED,
			rate: NEW_RATE,
			sealing_version: 1,
			deposit: byte_deposit(NEW_BODY),
		};
		let deadline = now() + 600;
		assert_eq!(
			contract(id),
			Contract {
				pending: Some(Offer { spec, deadline }),
				version: 2,
				escrow: ESCROW - 10 * RATE,
				settled_at: 10,
				..before
			}
		);
		assert_eq!(
			events().last(),
			Some(&Event::UpdateOffered {
				contract: id,
				node: 1,
				version: 2,
				body: hash_of(NEW_BODY),
				resources: NEW_ASKED,
				rate: NEW_RATE,
				sealing_version: 1,
				deposit: byte_deposit(NEW_BODY),
				deadline,
			})
		);
		assert_eq!(node(1).reserved, ASKED, "an update reserves nothing");
		assert_eq!(
			held(OWNER, HoldReason::Contract),
			contract_deposit() + byte_deposit(NEW_BODY)
		);
		assert_eq!((references(BODY), references(NEW_BODY)), (1, 1));

		// It is paid for at its own rate until the node accepts.
		pass(5);
		assert_ok!(Contracts::settle(signed(STRANGER), id));
		assert_eq!(contract(id).escrow, ESCROW - 15 * RATE);
	});
}

#[test]
fn update_an_offer_takes_its_place_works() {
	run(|| {
		let id = offered();
		Updating::default().made(id);
		let contract = contract(id);
		assert_eq!(
			(contract.state, contract.version),
			(ContractState::Offered, 2)
		);
		assert_eq!(contract.pending.unwrap().spec.body, hash_of(NEW_BODY));
		assert_eq!((references(BODY), references(NEW_BODY)), (0, 1));
		assert_eq!(
			held(OWNER, HoldReason::Contract),
			CONTRACT_DEPOSIT + byte_deposit(NEW_BODY)
		);
	});
}

#[test]
fn update_twice_replaces_the_first_works() {
	run(|| {
		let id = updating();
		let third = b"a third body";
		assert_ok!(note(OWNER, third));
		let again = Updating {
			body: hash_of(third),
			..Default::default()
		};
		assert_ok!(again.submit(id));
		assert_eq!(contract(id).pending.unwrap().spec.version, 3);
		assert_eq!(
			(references(BODY), references(NEW_BODY), references(third)),
			(1, 0, 1)
		);
		assert_eq!(
			held(OWNER, HoldReason::Contract),
			contract_deposit() + byte_deposit(third)
		);
	});
}

#[test]
fn update_to_the_same_body_works() {
	run(|| {
		let id = running();
		let larger = Updating {
			body: hash_of(BODY),
			..Default::default()
		};
		assert_ok!(larger.submit(id));
		assert_eq!(references(BODY), 2);
		let again = Updating {
			body: hash_of(BODY),
			..Default::default()
		};
		assert_ok!(again.submit(id));
		assert_eq!(references(BODY), 2);
	});
}

#[test]
fn update_an_offer_after_its_deadline_offers_it_again_works() {
	run(|| {
		let id = offered();
		pass(3_601);
		Updating::default().made(id);
		let body = hash_of(NEW_BODY);
		assert_ok!(Contracts::accept(signed(AGENT), id, 2, body, NETWORK_KEY));
	});
}

#[test]
fn update_what_is_suspended_fails() {
	run(|| {
		let (settled, unsettled) = (suspended(), running());
		assert_ok!(note(OWNER, NEW_BODY));
		pass(SECONDS_PAID - 1);
		assert_ok!(Updating::default().submit(unsettled));
		pass(1);
		for id in [settled, unsettled] {
			assert_noop!(
				Updating::default().submit(id),
				Error::<Test>::ContractSuspended
			);
		}
	});
}

#[test]
fn update_above_the_most_one_would_pay_fails() {
	run(|| {
		let id = running();
		assert_ok!(note(OWNER, NEW_BODY));
		let dear = Updating {
			max_rate: NEW_RATE - 1,
			..Default::default()
		};
		assert_noop!(dear.submit(id), Error::<Test>::RateAboveMax);
		reprice(Prices {
			cpu: Balance::MAX,
			..PRICES
		});
		let beyond = Updating {
			max_rate: Balance::MAX,
			..Default::default()
		};
		assert_noop!(beyond.submit(id), Error::<Test>::RateOverflow);
	});
}

#[test]
fn update_on_a_node_that_takes_none_fails() {
	run(|| {
		let id = running();
		assert_ok!(note(OWNER, NEW_BODY));
		pass_unseen(WINDOW + 1);
		let lasting = Contracts::top_up(signed(OWNER), id, ESCROW * 3);
		assert_ok!(lasting);
		assert_noop!(Updating::default().submit(id), Error::<Test>::NodeNotSeen);
		for state in [NodeState::Draining, NodeState::Retired] {
			set_node(state);
			assert_noop!(Updating::default().submit(id), Error::<Test>::NodeNotActive);
		}
	});
}

#[test]
fn update_with_a_deadline_out_of_bounds_fails() {
	run(|| {
		let id = running();
		assert_ok!(note(OWNER, NEW_BODY));
		let until = |deadline| Updating {
			deadline,
			..Default::default()
		};
		assert_noop!(until(now()).submit(id), Error::<Test>::DeadlinePassed);
		assert_noop!(
			until(now() + MAX_DEADLINE + 1).submit(id),
			Error::<Test>::DeadlineTooFar
		);
		assert_ok!(until(now() + 1).submit(id));
		assert_ok!(until(now() + MAX_DEADLINE).submit(id));
	});
}

#[test]
fn update_to_a_body_that_is_not_here_fails() {
	run(|| {
		let id = running();
		assert_noop!(Updating::default().submit(id), Error::<Test>::BodyNotFound);
	});
}

#[test]
fn update_without_money_for_the_deposit_fails() {
	run(|| {
		let id = running();
		assert_ok!(note(OTHER_OWNER, NEW_BODY));
		let all = free(OWNER) - EXISTENTIAL_DEPOSIT;
		let but_a_unit = all - byte_deposit(NEW_BODY) + 1;
		assert_ok!(Contracts::top_up(signed(OWNER), id, but_a_unit));
		assert_noop!(
			Updating::default().submit(id),
			Error::<Test>::CannotHoldDeposit
		);
	});
}

#[test]
fn update_by_anyone_but_the_owner_fails() {
	run(|| {
		let id = running();
		assert_ok!(note(OTHER_OWNER, NEW_BODY));
		for who in [OTHER_OWNER, OPERATOR, AGENT] {
			let update = Updating {
				who,
				..Default::default()
			};
			assert_noop!(update.submit(id), Error::<Test>::NotOwner);
		}
	});
}

#[test]
fn update_what_is_not_there_fails() {
	run(|| {
		assert_noop!(
			Updating::default().submit(1),
			Error::<Test>::ContractNotFound
		);
	});
}

#[test]
fn update_of_another_version_than_the_latest_fails() {
	run(|| {
		let id = updating();
		assert_eq!(contract(id).version, 2);
		for base in [0, 1, 3, u32::MAX] {
			let stale = Updating {
				base: Some(base),
				..Default::default()
			};
			assert_noop!(stale.submit(id), Error::<Test>::StaleBase);
		}
		let next = Updating {
			base: Some(2),
			..Default::default()
		};
		assert_ok!(next.submit(id));
	});
}
