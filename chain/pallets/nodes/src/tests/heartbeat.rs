use crate::{
	mock::{Nodes, *},
	*,
};
use frame_support::{assert_noop, assert_ok};

#[test]
fn heartbeat_works() {
	run(|| {
		let id = serving(AGENT);
		let before = node(id);
		pass(PERIOD);
		assert!(is_feeless(AGENT, Call::heartbeat { node: id }));
		assert_ok!(Nodes::heartbeat(signed(AGENT), id));
		assert_eq!(
			node(id),
			Node {
				live: PERIOD,
				last_seen: Some(now()),
				..before
			}
		);
		System::assert_last_event(
			Event::Heartbeat {
				node: id,
				live: PERIOD,
				last_seen: now(),
			}
			.into(),
		);
	});
}

#[test]
fn heartbeat_at_half_a_period_works_and_a_second_before_fails() {
	run(|| {
		let id = serving(AGENT);
		for _ in 0..3 {
			pass(PERIOD / 2 - 1);
			assert!(!is_feeless(AGENT, Call::heartbeat { node: id }));
			assert_noop!(Nodes::heartbeat(signed(AGENT), id), Error::<Test>::TooSoon);
			pass(1);
			assert!(is_feeless(AGENT, Call::heartbeat { node: id }));
			assert_ok!(Nodes::heartbeat(signed(AGENT), id));
		}
		assert_eq!(node(id).live, 3 * PERIOD / 2);
	});
}

#[test]
fn heartbeat_counts_one_window_at_most_works() {
	for (away, counted) in [
		(WINDOW - 1, WINDOW - 1),
		(WINDOW, WINDOW),
		(WINDOW + 1, WINDOW),
		(u64::MAX / 2, WINDOW),
	] {
		run(|| {
			let id = serving(AGENT);
			pass(away);
			let seen = away <= WINDOW;
			assert_eq!(
				(Nodes::live(&node(id)), Nodes::is_seen(&node(id))),
				(counted, seen)
			);
			assert_ok!(Nodes::heartbeat(signed(AGENT), id));
			assert_eq!(node(id).live, counted);
			assert_eq!(
				(Nodes::live(&node(id)), Nodes::is_seen(&node(id))),
				(counted, true)
			);
		});
	}
}

#[test]
fn heartbeat_of_a_node_that_is_not_there_fails() {
	run(|| {
		assert!(!is_feeless(AGENT, Call::heartbeat { node: 1 }));
		assert_noop!(
			Nodes::heartbeat(signed(AGENT), 1),
			Error::<Test>::NodeNotFound
		);
	});
}

#[test]
fn heartbeat_by_anyone_but_the_agent_fails() {
	run(|| {
		let id = serving(AGENT);
		serving(OTHER_AGENT);
		pass(PERIOD);
		for who in [OPERATOR, STRANGER, OTHER_AGENT] {
			assert!(!is_feeless(who, Call::heartbeat { node: id }));
			assert_noop!(Nodes::heartbeat(signed(who), id), Error::<Test>::NotAgent);
		}
	});
}

#[test]
fn heartbeat_by_an_agent_that_is_only_named_fails() {
	run(|| {
		let id = register(AGENT);
		pass(PERIOD);
		assert!(!is_feeless(AGENT, Call::heartbeat { node: id }));
		assert_noop!(Nodes::heartbeat(signed(AGENT), id), Error::<Test>::NotAgent);
	});
}
