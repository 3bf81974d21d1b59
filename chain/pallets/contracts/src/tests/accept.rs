use crate::{
	mock::{Contracts, *},
	*,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, DispatchResult};

fn accept(who: AccountId, contract: ContractId, version: u32, body: BodyHash) -> DispatchResult {
	Contracts::accept(signed(who), contract, version, body, NETWORK_KEY)
}

fn accept_is_feeless(who: AccountId, contract: ContractId, version: u32, body: BodyHash) -> bool {
	is_feeless(
		who,
		Call::accept {
			contract,
			version,
			body,
			network_key: NETWORK_KEY,
		},
	)
}

fn assert_fails(
	who: AccountId,
	contract: ContractId,
	version: u32,
	body: BodyHash,
	error: impl Into<DispatchError>,
) {
	assert!(
		!accept_is_feeless(who, contract, version, body),
		"what fails is not free"
	);
	assert_noop!(accept(who, contract, version, body), error.into());
}

#[test]
fn accept_works() {
	run(|| {
		let id = offered();
		let before = contract(id);
		pass(100);
		assert!(accept_is_feeless(AGENT, id, 1, hash_of(BODY)));
		assert_ok!(accept(AGENT, id, 1, hash_of(BODY)));
		assert_eq!(
			contract(id),
			Contract {
				state: ContractState::Running,
				running: Some(before.pending.unwrap().spec),
				pending: None,
				settled_at: 100,
				network_key: Some(NETWORK_KEY),
				..before
			}
		);
		assert_eq!((node(1).contracts, node(1).reserved), (1, ASKED));
		System::assert_last_event(
			Event::Accepted {
				contract: id,
				node: 1,
				version: 1,
				body: hash_of(BODY),
				network_key: NETWORK_KEY,
				settled_at: 100,
			}
			.into(),
		);
	});
}

#[test]
fn accept_costs_nothing_before_it_works() {
	run(|| {
		let id = offered();
		pass(3_600);
		assert_ok!(accept(AGENT, id, 1, hash_of(BODY)));
		assert_ok!(Contracts::cancel(signed(OWNER), id));
		assert_eq!(free(OPERATOR), FUNDS - NODE_DEPOSIT);
	});
}

#[test]
fn accept_at_the_deadline_works_and_a_second_later_fails() {
	run(|| {
		let (first, second) = (offered(), offered());
		pass(3_600);
		assert_ok!(accept(AGENT, first, 1, hash_of(BODY)));
		pass(1);
		assert_fails(AGENT, second, 1, hash_of(BODY), Error::<Test>::OfferExpired);
	});
}

#[test]
fn accept_to_the_last_unit_of_capacity_works_and_beyond_fails() {
	run(|| {
		let (first, second) = (offered(), offered());
		assert_ok!(accept(AGENT, first, 1, hash_of(BODY)));
		assert_ok!(accept(AGENT, second, 1, hash_of(BODY)));
		assert_eq!(node(1).reserved.checked_sub(ASKED), Some(ASKED));
		assert_eq!(node(1).reserved.cpu, TOTAL.cpu);

		let one = Resources {
			cpu: 1,
			..Default::default()
		};
		let third = Offering {
			resources: one,
			..Default::default()
		}
		.made();
		let full = covenant_nodes::Error::<Test>::CapacityExceeded;
		assert_fails(AGENT, third, 1, hash_of(BODY), full);

		assert_ok!(Contracts::cancel(signed(OWNER), first));
		assert_ok!(accept(AGENT, third, 1, hash_of(BODY)));
	});
}

#[test]
fn accept_what_is_not_there_fails() {
	run(|| assert_fails(AGENT, 1, 1, hash_of(BODY), Error::<Test>::ContractNotFound));
}

#[test]
fn accept_by_anyone_but_the_nodes_agent_fails() {
	run(|| {
		serving(OTHER_AGENT);
		let id = offered();
		for who in [OWNER, OPERATOR, OTHER_AGENT] {
			assert_fails(who, id, 1, hash_of(BODY), Error::<Test>::NotAgent);
		}
	});
}

#[test]
fn accept_another_version_fails() {
	run(|| {
		let id = offered();
		for version in [0, 2] {
			assert_fails(
				AGENT,
				id,
				version,
				hash_of(BODY),
				Error::<Test>::WrongVersion,
			);
		}
	});
}

#[test]
fn accept_another_body_fails() {
	run(|| {
		let id = offered();
		assert_ok!(note(OWNER, b"another"));
		assert_fails(AGENT, id, 1, hash_of(b"another"), Error::<Test>::WrongBody);
	});
}

#[test]
fn accept_a_body_sealed_for_another_key_fails() {
	run(|| {
		let id = offered();
		let sealed_for = |version| {
			covenant_nodes::Nodes::<Test>::mutate_extant(1, |node| node.sealing.version = version)
		};
		sealed_for(2);
		assert_fails(
			AGENT,
			id,
			1,
			hash_of(BODY),
			Error::<Test>::SealingKeyChanged,
		);
		sealed_for(1);
	});
}

#[test]
fn accept_twice_fails() {
	run(|| {
		let id = running();
		assert_fails(AGENT, id, 1, hash_of(BODY), Error::<Test>::NothingOffered);
	});
}

#[test]
fn accept_what_is_suspended_fails() {
	run(|| {
		let id = suspended();
		assert_fails(AGENT, id, 1, hash_of(BODY), Error::<Test>::NothingOffered);
	});
}

#[test]
fn accept_what_has_ended_fails() {
	run(|| {
		let id = offered();
		assert_ok!(Contracts::cancel(signed(OWNER), id));
		assert_fails(AGENT, id, 1, hash_of(BODY), Error::<Test>::ContractNotFound);
	});
}
