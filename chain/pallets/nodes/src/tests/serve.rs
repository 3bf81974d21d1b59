use crate::{
	mock::{Nodes, *},
	*,
};
use frame_support::{assert_noop, assert_ok};

#[test]
fn serve_works() {
	run(|| {
		let id = register(AGENT);
		let before = node(id);
		pass(7);
		assert!(is_feeless(AGENT, Call::serve { node: id }));
		assert_ok!(Nodes::serve(signed(AGENT), id));
		assert_eq!(
			node(id),
			Node {
				named_agent: None,
				agent: Some(AGENT),
				last_seen: Some(now()),
				..before
			}
		);
		assert_eq!(AgentOf::<Test>::get(AGENT), Some(id));
		System::assert_last_event(
			Event::Served {
				node: id,
				agent: AGENT,
				live: 0,
				last_seen: now(),
			}
			.into(),
		);
	});
}

#[test]
fn serve_a_node_that_is_not_there_fails() {
	run(|| {
		assert!(!is_feeless(AGENT, Call::serve { node: 1 }));
		assert_noop!(Nodes::serve(signed(AGENT), 1), Error::<Test>::NodeNotFound);
	});
}

#[test]
fn serve_by_anyone_but_the_named_agent_fails() {
	run(|| {
		let id = register(AGENT);
		for who in [OPERATOR, STRANGER, OTHER_AGENT] {
			assert!(!is_feeless(who, Call::serve { node: id }));
			assert_noop!(Nodes::serve(signed(who), id), Error::<Test>::NotNamedAgent);
		}
	});
}

#[test]
fn serve_twice_fails() {
	run(|| {
		let id = serving(AGENT);
		assert!(!is_feeless(AGENT, Call::serve { node: id }));
		assert_noop!(
			Nodes::serve(signed(AGENT), id),
			Error::<Test>::NotNamedAgent
		);
	});
}

#[test]
fn serve_a_second_node_fails() {
	run(|| {
		let (first, second) = (register(AGENT), register(AGENT));
		assert_ok!(Nodes::serve(signed(AGENT), second));
		assert!(!is_feeless(AGENT, Call::serve { node: first }));
		assert_noop!(
			Nodes::serve(signed(AGENT), first),
			Error::<Test>::AgentServesAnotherNode
		);
	});
}
