use crate::{
	mock::{Nodes, *},
	*,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn announce(who: AccountId, id: NodeId, endpoint: &str) -> DispatchResult {
	Nodes::announce(signed(who), id, text(endpoint))
}

fn announce_is_feeless(who: AccountId, id: NodeId, endpoint: &str) -> bool {
	is_feeless(
		who,
		Call::announce {
			node: id,
			endpoint: text(endpoint),
		},
	)
}

#[test]
fn announce_works() {
	run(|| {
		let id = serving(AGENT);
		let before = node(id);
		assert!(announce_is_feeless(AGENT, id, "[2001:db8::1]:51820"));
		assert_ok!(announce(AGENT, id, "[2001:db8::1]:51820"));
		assert_eq!(
			node(id),
			Node {
				endpoint: text("[2001:db8::1]:51820"),
				announced_at: Some(now()),
				..before
			}
		);
		System::assert_last_event(
			Event::Announced {
				node: id,
				endpoint: text("[2001:db8::1]:51820"),
				announced_at: now(),
			}
			.into(),
		);
	});
}

#[test]
fn announce_that_the_node_is_reached_nowhere_works() {
	run(|| {
		let id = serving(AGENT);
		assert_ok!(announce(AGENT, id, ""));
		assert!(node(id).endpoint.is_empty());
	});
}

#[test]
fn announce_at_half_a_period_works_and_a_second_before_fails() {
	run(|| {
		let id = serving(AGENT);
		assert_ok!(announce(AGENT, id, "a"));
		pass(PERIOD / 2 - 1);
		assert!(!announce_is_feeless(AGENT, id, "b"));
		assert_noop!(announce(AGENT, id, "b"), Error::<Test>::TooSoon);
		pass(1);
		assert!(announce_is_feeless(AGENT, id, "b"));
		assert_ok!(announce(AGENT, id, "b"));
	});
}

#[test]
fn announce_being_no_sign_of_life_works() {
	run(|| {
		let id = serving(AGENT);
		pass(WINDOW + 1);
		assert_ok!(announce(AGENT, id, "a"));
		assert!(!Nodes::is_seen(&node(id)));
	});
}

#[test]
fn announce_the_same_endpoint_fails() {
	run(|| {
		let id = serving(AGENT);
		let endpoint = "192.0.2.1:51820";
		assert!(!announce_is_feeless(AGENT, id, endpoint));
		assert_noop!(
			announce(AGENT, id, endpoint),
			Error::<Test>::EndpointUnchanged
		);
	});
}

#[test]
fn announce_what_is_not_text_fails() {
	run(|| {
		let id = serving(AGENT);
		assert!(!announce_is_feeless(AGENT, id, "a\0"));
		assert_noop!(announce(AGENT, id, "a\0"), Error::<Test>::NotText);
	});
}

#[test]
fn announce_of_a_node_that_is_not_there_fails() {
	run(|| {
		assert!(!announce_is_feeless(AGENT, 1, "a"));
		assert_noop!(announce(AGENT, 1, "a"), Error::<Test>::NodeNotFound);
	});
}

#[test]
fn announce_by_anyone_but_the_agent_fails() {
	run(|| {
		let id = serving(AGENT);
		for who in [OPERATOR, STRANGER, OTHER_AGENT] {
			assert!(!announce_is_feeless(who, id, "a"));
			assert_noop!(announce(who, id, "a"), Error::<Test>::NotAgent);
		}
	});
}
