use crate::{
	mock::{Nodes, *},
	*,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn update(who: AccountId, id: NodeId, resources: Resources) -> DispatchResult {
	Nodes::update(
		signed(who),
		id,
		resources,
		PRICES,
		text("eu"),
		attributes(&[]),
	)
}

#[test]
fn update_works() {
	run(|| {
		let id = serving(AGENT);
		let before = node(id);
		let resources = Resources {
			cpu: 8_000,
			..RESOURCES
		};
		let prices = Prices { gpu: 0, ..PRICES };
		let (region, attributes) = (text("us"), attributes(&[("kvm", "yes")]));
		assert_ok!(Nodes::update(
			signed(OPERATOR),
			id,
			resources,
			prices,
			region.clone(),
			attributes.clone()
		));
		assert_eq!(
			node(id),
			Node {
				total: resources,
				prices,
				region: region.clone(),
				attributes: attributes.clone(),
				..before
			}
		);
		System::assert_last_event(
			Event::NodeUpdated {
				node: id,
				resources,
				prices,
				region,
				attributes,
			}
			.into(),
		);
	});
}

#[test]
fn update_a_node_that_is_not_there_fails() {
	run(|| {
		assert_noop!(update(OPERATOR, 1, RESOURCES), Error::<Test>::NodeNotFound);
	});
}

#[test]
fn update_by_anyone_but_the_operator_fails() {
	run(|| {
		let id = serving(AGENT);
		for who in [STRANGER, AGENT] {
			assert_noop!(update(who, id, RESOURCES), Error::<Test>::NotOperator);
		}
	});
}

#[test]
fn update_below_what_is_reserved_fails() {
	run(|| {
		let id = serving(AGENT);
		let reserved = Resources {
			cpu: 2,
			memory: 2,
			storage: 2,
			gpus: 1,
			public_ipv4: 1,
		};
		assert_ok!(Nodes::reserve(id, Resources::default(), reserved));
		for less in [
			Resources { cpu: 1, ..reserved },
			Resources {
				memory: 1,
				..reserved
			},
			Resources {
				storage: 1,
				..reserved
			},
			Resources {
				gpus: 0,
				..reserved
			},
			Resources {
				public_ipv4: 0,
				..reserved
			},
		] {
			assert_noop!(update(OPERATOR, id, less), Error::<Test>::BelowReserved);
		}
		assert_ok!(update(OPERATOR, id, reserved));
		Nodes::contract_closed(id, reserved);
	});
}

#[test]
fn update_to_what_clients_cannot_show_fails() {
	run(|| {
		let id = serving(AGENT);
		let update = |region, attributes| {
			Nodes::update(signed(OPERATOR), id, RESOURCES, PRICES, region, attributes)
		};
		assert_noop!(update(text("\0"), attributes(&[])), Error::<Test>::NotText);
		let twice = attributes(&[("a", "1"), ("a", "1")]);
		assert_noop!(update(text(""), twice), Error::<Test>::DuplicateAttribute);
	});
}
