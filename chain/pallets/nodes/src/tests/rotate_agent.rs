use crate::{
	mock::{Nodes, *},
	*,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

/// The sealing key that nodes register with here.
const KEY: [u8; 32] = [7; 32];
const OTHER_KEY: [u8; 32] = [8; 32];
const THIRD_AGENT: AccountId = 13;

fn rotate(who: AccountId, id: NodeId, agent: AccountId, key: [u8; 32]) -> DispatchResult {
	Nodes::rotate_agent(signed(who), id, agent, key)
}

fn references(who: AccountId) -> u32 {
	System::sufficients(&who)
}

#[test]
fn rotate_agent_works() {
	run(|| {
		let id = serving(AGENT);
		let before = node(id);
		assert_ok!(rotate(OPERATOR, id, OTHER_AGENT, OTHER_KEY));
		let sealing = SealingKey {
			key: OTHER_KEY,
			version: 2,
		};
		assert_eq!(
			node(id),
			Node {
				named_agent: Some(OTHER_AGENT),
				sealing,
				..before
			}
		);
		System::assert_last_event(
			Event::AgentRotated {
				node: id,
				named_agent: Some(OTHER_AGENT),
				sealing,
			}
			.into(),
		);

		// The old agent goes on until the new one serves.
		pass(PERIOD);
		assert_ok!(Nodes::heartbeat(signed(AGENT), id));
		pass(100);
		assert!(is_feeless(OTHER_AGENT, Call::serve { node: id }));
		assert_ok!(Nodes::serve(signed(OTHER_AGENT), id));
		System::assert_last_event(
			Event::Served {
				node: id,
				agent: OTHER_AGENT,
				live: PERIOD + 100,
				last_seen: now(),
			}
			.into(),
		);
		assert_eq!(node(id).agent, Some(OTHER_AGENT));
		assert_eq!(node(id).named_agent, None);
		assert_eq!(AgentOf::<Test>::get(AGENT), None);
		assert_eq!(AgentOf::<Test>::get(OTHER_AGENT), Some(id));
		assert_eq!((references(AGENT), references(OTHER_AGENT)), (0, 1));
		pass(PERIOD);
		assert_noop!(Nodes::heartbeat(signed(AGENT), id), Error::<Test>::NotAgent);
	});
}

#[test]
fn rotate_agent_frees_the_old_one_for_another_node_works() {
	run(|| {
		let first = serving(AGENT);
		assert_ok!(rotate(OPERATOR, first, OTHER_AGENT, KEY));
		assert_ok!(Nodes::serve(signed(OTHER_AGENT), first));
		let second = serving(AGENT);
		assert_eq!(AgentOf::<Test>::get(AGENT), Some(second));
	});
}

#[test]
fn serve_by_a_new_agent_counts_no_more_than_a_window_works() {
	run(|| {
		let id = serving(AGENT);
		assert_ok!(rotate(OPERATOR, id, OTHER_AGENT, KEY));
		pass(3 * WINDOW);
		assert_ok!(Nodes::serve(signed(OTHER_AGENT), id));
		assert_eq!(node(id).live, WINDOW);
		assert_eq!(Nodes::live(&node(id)), WINDOW);
	});
}

#[test]
fn rotate_agent_with_the_same_sealing_key_keeps_its_version_works() {
	run(|| {
		let id = serving(AGENT);
		assert_ok!(rotate(OPERATOR, id, OTHER_AGENT, KEY));
		assert_eq!(node(id).sealing.version, 1);
	});
}

#[test]
fn rotate_agent_with_the_agent_that_serves_changes_the_sealing_key_works() {
	run(|| {
		let id = serving(AGENT);
		assert_ok!(rotate(OPERATOR, id, AGENT, OTHER_KEY));
		assert_eq!((node(id).agent, node(id).named_agent), (Some(AGENT), None));
		assert_eq!(node(id).sealing.version, 2);
		assert_eq!(references(AGENT), 1);
	});
}

#[test]
fn rotate_agent_takes_a_name_back_works() {
	run(|| {
		let id = serving(AGENT);
		assert_ok!(rotate(OPERATOR, id, OTHER_AGENT, KEY));
		assert_ok!(rotate(OPERATOR, id, THIRD_AGENT, KEY));
		assert_eq!((references(OTHER_AGENT), references(THIRD_AGENT)), (0, 1));
		assert_noop!(
			Nodes::serve(signed(OTHER_AGENT), id),
			Error::<Test>::NotNamedAgent
		);
		assert_ok!(rotate(OPERATOR, id, AGENT, KEY));
		assert_eq!((node(id).agent, node(id).named_agent), (Some(AGENT), None));
		assert_eq!((references(THIRD_AGENT), references(AGENT)), (0, 1));
	});
}

#[test]
fn rotate_agent_of_a_node_that_nobody_serves_works() {
	run(|| {
		let id = register(AGENT);
		assert_ok!(rotate(OPERATOR, id, OTHER_AGENT, KEY));
		assert_eq!((references(AGENT), references(OTHER_AGENT)), (0, 1));
		assert_ok!(Nodes::serve(signed(OTHER_AGENT), id));
	});
}

#[test]
fn rotate_agent_that_was_named_twice_works() {
	run(|| {
		let id = register(AGENT);
		assert_ok!(rotate(OPERATOR, id, AGENT, OTHER_KEY));
		assert_eq!(references(AGENT), 1);
	});
}

#[test]
fn rotate_agent_of_a_node_that_is_not_there_fails() {
	run(|| {
		assert_noop!(rotate(OPERATOR, 1, AGENT, KEY), Error::<Test>::NodeNotFound);
	});
}

#[test]
fn rotate_agent_by_anyone_but_the_operator_fails() {
	run(|| {
		let id = serving(AGENT);
		for who in [STRANGER, AGENT] {
			assert_noop!(
				rotate(who, id, OTHER_AGENT, KEY),
				Error::<Test>::NotOperator
			);
		}
	});
}

#[test]
fn rotate_agent_to_one_that_serves_another_node_fails() {
	run(|| {
		let id = serving(AGENT);
		serving(OTHER_AGENT);
		assert_noop!(
			rotate(OPERATOR, id, OTHER_AGENT, KEY),
			Error::<Test>::AgentServesAnotherNode
		);
	});
}

#[test]
fn rotate_agent_without_a_change_fails() {
	run(|| {
		let served = serving(AGENT);
		assert_noop!(
			rotate(OPERATOR, served, AGENT, KEY),
			Error::<Test>::AgentUnchanged
		);
		let named = register(OTHER_AGENT);
		assert_noop!(
			rotate(OPERATOR, named, OTHER_AGENT, KEY),
			Error::<Test>::AgentUnchanged
		);
	});
}
