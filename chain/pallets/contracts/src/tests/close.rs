use crate::{
	mock::{Contracts, *},
	*,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

use covenant_nodes::NodeState;

fn close(id: ContractId) -> DispatchResult {
	Contracts::close(signed(STRANGER), id)
}

fn assert_closed(id: ContractId, reason: CloseReason) {
	assert_eq!(tombstone(id).reason, reason);
	assert_eq!(
		(node(1).contracts, node(1).reserved),
		(0, Resources::default())
	);
}

#[test]
fn close_what_was_suspended_for_the_grace_works() {
	run(|| {
		let id = suspended();
		pass(GRACE - 1);
		assert_noop!(close(id), Error::<Test>::NotClosable);
		pass(1);
		assert_ok!(close(id));
		assert_closed(id, CloseReason::OutOfFunds);
		let lost = ESCROW + body_deposit() + TOMBSTONE_DEPOSIT;
		assert_eq!(free(OWNER), FUNDS - lost);
	});
}

#[test]
fn close_counts_the_grace_anew_after_a_top_up_works() {
	run(|| {
		let id = suspended();
		pass(GRACE - 1);
		let amount = RATE * WINDOW as Balance;
		assert_ok!(Contracts::top_up(signed(OWNER), id, amount));
		pass(WINDOW);
		assert_ok!(Contracts::settle(signed(STRANGER), id));
		pass(GRACE - 1);
		assert_noop!(close(id), Error::<Test>::NotClosable);
		pass(1);
		assert_ok!(close(id));
	});
}

#[test]
fn close_what_runs_on_a_retired_node_pays_to_its_end_works() {
	run(|| {
		let id = updating();
		pass(50);
		set_node(NodeState::Retired);
		pass_unseen(600);
		assert_ok!(close(id));
		assert_closed(id, CloseReason::NodeRetired);
		assert_eq!(free(OPERATOR), FUNDS - NODE_DEPOSIT + 50 * RATE);
		assert_eq!(held(OWNER, HoldReason::Contract), 0);
	});
}

#[test]
fn close_whatever_is_on_a_retired_node_works() {
	run(|| {
		let suspended = suspended();
		let offered = offered();
		set_node(NodeState::Retired);
		for id in [suspended, offered] {
			assert_ok!(close(id));
			assert_eq!(tombstone(id).reason, CloseReason::NodeRetired);
		}
		assert_ok!(Nodes::remove(signed(OPERATOR), 1));
	});
}

#[test]
fn close_what_runs_or_is_offered_fails() {
	run(|| {
		let (running, offered) = (running(), offered());
		pass(GRACE);
		for state in [NodeState::Draining, NodeState::Active] {
			set_node(state);
			for id in [running, offered] {
				assert_noop!(close(id), Error::<Test>::NotClosable);
			}
		}
	});
}

#[test]
fn close_what_is_not_there_fails() {
	run(|| {
		assert_noop!(close(1), Error::<Test>::ContractNotFound);
	});
}
