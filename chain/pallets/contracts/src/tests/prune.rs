use crate::{
	mock::{Contracts, *},
	*,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn prune(id: ContractId) -> DispatchResult {
	Contracts::prune(signed(STRANGER), id)
}

fn ended() -> ContractId {
	let id = offered();
	assert_ok!(Contracts::cancel(signed(OWNER), id));
	id
}

#[test]
fn prune_works() {
	run(|| {
		let id = ended();
		pass(TOMBSTONE_PERIOD - 1);
		assert_noop!(prune(id), Error::<Test>::PrunedTooSoon);
		pass(1);
		assert_ok!(prune(id));
		assert!(!Tombstones::<Test>::contains_key(id));
		assert_eq!(free(OWNER), FUNDS - body_deposit());
		assert_eq!(held(OWNER, HoldReason::Tombstone), 0);
		assert_eq!(
			events().last(),
			Some(&Event::Pruned {
				contract: id,
				deposit: TOMBSTONE_DEPOSIT,
			})
		);
		assert_eq!(offered(), id + 1, "an id is never used again");
	});
}

#[test]
fn prune_returns_what_was_held_works() {
	run(|| {
		let id = ended();
		TombstoneShare::set(&(3 * TOMBSTONE_DEPOSIT));
		pass(TOMBSTONE_PERIOD);
		assert_ok!(prune(id));
		assert_eq!(free(OWNER), FUNDS - body_deposit());
	});
}

#[test]
fn prune_when_the_node_is_gone_works() {
	run(|| {
		let id = ended();
		assert_ok!(Nodes::remove(signed(OPERATOR), 1));
		pass(TOMBSTONE_PERIOD);
		assert_ok!(prune(id));
	});
}

#[test]
fn prune_what_is_open_or_pruned_or_never_was_fails() {
	run(|| {
		let (open, pruned) = (running(), ended());
		pass(TOMBSTONE_PERIOD);
		assert_ok!(prune(pruned));
		for id in [open, pruned, 77] {
			assert_noop!(prune(id), Error::<Test>::TombstoneNotFound);
		}
	});
}
