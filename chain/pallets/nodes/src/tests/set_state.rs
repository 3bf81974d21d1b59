use crate::{
	mock::{Nodes, *},
	*,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn set_state(who: AccountId, id: NodeId, state: NodeState) -> DispatchResult {
	Nodes::set_state(signed(who), id, state)
}

#[test]
fn set_state_works() {
	run(|| {
		let id = serving(AGENT);
		pass(100);
		for state in [NodeState::Draining, NodeState::Active] {
			assert_ok!(set_state(OPERATOR, id, state));
			assert_eq!((node(id).state, node(id).live), (state, 0));
			assert_eq!(Nodes::live(&node(id)), 100, "the live clock runs on");
			System::assert_last_event(
				Event::NodeStateSet {
					node: id,
					state,
					live: 0,
				}
				.into(),
			);
		}
	});
}

#[test]
fn set_state_to_retired_stops_the_live_clock_works() {
	run(|| {
		let id = serving(AGENT);
		pass(100);
		assert_ok!(set_state(OPERATOR, id, NodeState::Retired));
		System::assert_last_event(
			Event::NodeStateSet {
				node: id,
				state: NodeState::Retired,
				live: 100,
			}
			.into(),
		);
		pass(PERIOD);
		assert_eq!(Nodes::live(&node(id)), 100);
	});
}

#[test]
fn set_state_to_retired_pays_a_window_past_the_last_sign_of_life_and_no_more_works() {
	run(|| {
		let id = serving(AGENT);
		pass(2 * WINDOW);
		assert_ok!(set_state(OPERATOR, id, NodeState::Retired));
		assert_eq!(node(id).live, WINDOW);
	});
}

#[test]
fn set_state_of_a_node_that_nobody_serves_works() {
	run(|| {
		let id = register(AGENT);
		pass(100);
		assert_ok!(set_state(OPERATOR, id, NodeState::Retired));
		assert_eq!(node(id).live, 0);
	});
}

#[test]
fn set_state_of_a_node_that_is_not_there_fails() {
	run(|| {
		assert_noop!(
			set_state(OPERATOR, 1, NodeState::Draining),
			Error::<Test>::NodeNotFound
		);
	});
}

#[test]
fn set_state_by_anyone_but_the_operator_fails() {
	run(|| {
		let id = serving(AGENT);
		for who in [STRANGER, AGENT] {
			assert_noop!(
				set_state(who, id, NodeState::Draining),
				Error::<Test>::NotOperator
			);
		}
	});
}

#[test]
fn set_state_to_what_it_is_fails() {
	run(|| {
		let id = serving(AGENT);
		assert_noop!(
			set_state(OPERATOR, id, NodeState::Active),
			Error::<Test>::StateUnchanged
		);
	});
}

#[test]
fn set_state_of_a_retired_node_fails() {
	run(|| {
		let id = retired();
		for state in [NodeState::Active, NodeState::Draining, NodeState::Retired] {
			assert_noop!(set_state(OPERATOR, id, state), Error::<Test>::NodeIsRetired);
		}
	});
}

#[test]
fn whatever_else_a_retired_node_does_fails() {
	run(|| {
		let id = retired();
		pass(PERIOD);
		let is_retired = Error::<Test>::NodeIsRetired;
		assert!(!is_feeless(AGENT, Call::heartbeat { node: id }));
		assert_noop!(Nodes::heartbeat(signed(AGENT), id), is_retired);
		let is_retired = Error::<Test>::NodeIsRetired;
		assert_noop!(Nodes::announce(signed(AGENT), id, text("b:1")), is_retired);
		assert_noop!(
			Nodes::update(
				signed(OPERATOR),
				id,
				RESOURCES,
				PRICES,
				text("eu"),
				attributes(&[])
			),
			Error::<Test>::NodeIsRetired
		);
		assert_noop!(
			Nodes::rotate_agent(signed(OPERATOR), id, OTHER_AGENT, [8; 32]),
			Error::<Test>::NodeIsRetired
		);
	});
}

#[test]
fn serve_a_retired_node_fails() {
	run(|| {
		let id = register(AGENT);
		assert_ok!(set_state(OPERATOR, id, NodeState::Retired));
		assert!(!is_feeless(AGENT, Call::serve { node: id }));
		assert_noop!(
			Nodes::serve(signed(AGENT), id),
			Error::<Test>::NodeIsRetired
		);
	});
}

/// A node that was there for a while and is not any more.
fn retired() -> NodeId {
	let id = serving(AGENT);
	assert_ok!(set_state(OPERATOR, id, NodeState::Retired));
	id
}
