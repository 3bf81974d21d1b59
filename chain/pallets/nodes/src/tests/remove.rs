use crate::{
	mock::{Nodes, *},
	*,
};
use frame_support::{assert_noop, assert_ok};

#[test]
fn remove_works() {
	run(|| {
		let id = serving(AGENT);
		assert_ok!(Nodes::rotate_agent(
			signed(OPERATOR),
			id,
			OTHER_AGENT,
			[8; 32]
		));
		assert_ok!(Nodes::remove(signed(OPERATOR), id));
		assert!(!crate::Nodes::<Test>::contains_key(id));
		assert_eq!(AgentOf::<Test>::get(AGENT), None);
		for agent in [AGENT, OTHER_AGENT] {
			assert!(
				!System::account_exists(&agent),
				"nothing is left of {agent}"
			);
		}
		assert_eq!(held(OPERATOR), 0);
		System::assert_last_event(
			Event::NodeRemoved {
				node: id,
				deposit: NODE_DEPOSIT,
			}
			.into(),
		);
	});
}

#[test]
fn remove_what_nobody_serves_or_is_retired_works() {
	run(|| {
		let (named, retired) = (register(AGENT), serving(OTHER_AGENT));
		assert_ok!(Nodes::set_state(
			signed(OPERATOR),
			retired,
			NodeState::Retired
		));
		assert_ok!(Nodes::remove(signed(OPERATOR), named));
		assert_ok!(Nodes::remove(signed(OPERATOR), retired));
	});
}

#[test]
fn remove_never_frees_an_id_works() {
	run(|| {
		let id = serving(AGENT);
		assert_ok!(Nodes::remove(signed(OPERATOR), id));
		assert_eq!(serving(AGENT), id + 1);
	});
}

#[test]
fn remove_leaves_another_nodes_claim_on_an_agent_works() {
	run(|| {
		let (served, named) = (register(AGENT), register(AGENT));
		assert_ok!(Nodes::serve(signed(AGENT), served));
		assert_ok!(Nodes::remove(signed(OPERATOR), named));
		assert_eq!(AgentOf::<Test>::get(AGENT), Some(served));
		assert_eq!(System::sufficients(&AGENT), 1);
	});
}

#[test]
fn remove_what_is_not_there_fails() {
	run(|| {
		assert_noop!(
			Nodes::remove(signed(OPERATOR), 1),
			Error::<Test>::NodeNotFound
		);
	});
}

#[test]
fn remove_by_anyone_but_the_operator_fails() {
	run(|| {
		let id = serving(AGENT);
		for who in [STRANGER, AGENT] {
			assert_noop!(Nodes::remove(signed(who), id), Error::<Test>::NotOperator);
		}
	});
}

#[test]
fn remove_with_a_contract_left_fails() {
	run(|| {
		let id = serving(AGENT);
		assert_ok!(Nodes::contract_opened(id));
		assert_noop!(
			Nodes::remove(signed(OPERATOR), id),
			Error::<Test>::ContractsLeft
		);
		Nodes::contract_closed(id, Resources::default());
		assert_ok!(Nodes::remove(signed(OPERATOR), id));
	});
}
