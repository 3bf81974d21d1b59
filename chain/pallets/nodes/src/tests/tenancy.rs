use crate::{
	mock::{Nodes, *},
	*,
};
use frame_support::{assert_noop, assert_ok};

#[test]
fn reserve_up_to_the_last_unit_works_and_one_more_fails() {
	run(|| {
		let id = serving(AGENT);
		assert_ok!(Nodes::contract_opened(id));
		assert_ok!(Nodes::reserve(id, Resources::default(), RESOURCES));
		for one in [
			Resources {
				cpu: 1,
				..Default::default()
			},
			Resources {
				memory: 1,
				..Default::default()
			},
			Resources {
				storage: 1,
				..Default::default()
			},
			Resources {
				gpus: 1,
				..Default::default()
			},
			Resources {
				public_ipv4: 1,
				..Default::default()
			},
		] {
			assert_noop!(
				Nodes::reserve(id, Resources::default(), one),
				Error::<Test>::CapacityExceeded
			);
		}
		assert_eq!((node(id).reserved, node(id).contracts), (RESOURCES, 1));

		Nodes::contract_closed(id, RESOURCES);
		assert_eq!(
			(node(id).reserved, node(id).contracts),
			(Resources::default(), 0)
		);
	});
}

#[test]
fn a_contract_on_a_node_that_is_not_there_fails() {
	run(|| {
		assert_noop!(Nodes::contract_opened(1), Error::<Test>::NodeNotFound);
		assert_noop!(
			Nodes::reserve(1, Resources::default(), Resources::default()),
			Error::<Test>::NodeNotFound
		);
	});
}
