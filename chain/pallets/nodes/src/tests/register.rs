use crate::{
	mock::{Nodes, *},
	*,
};
use frame_support::{assert_noop, assert_ok};

#[test]
fn register_works() {
	run(|| {
		assert_ok!(Registration::default().submit());
		let Registration {
			region,
			attributes,
			endpoint,
			..
		} = Registration::default();
		assert_eq!(
			node(1),
			Node {
				operator: OPERATOR,
				named_agent: Some(AGENT),
				agent: None,
				sealing: SealingKey {
					key: [7; 32],
					version: 1
				},
				total: RESOURCES,
				reserved: Resources::default(),
				prices: PRICES,
				region: region.clone(),
				attributes: attributes.clone(),
				endpoint: endpoint.clone(),
				announced_at: None,
				state: NodeState::Active,
				live: 0,
				last_seen: None,
				contracts: 0,
				deposit: NODE_DEPOSIT,
			}
		);
		assert_eq!(held(OPERATOR), NODE_DEPOSIT);
		System::assert_last_event(
			Event::NodeRegistered {
				node: 1,
				operator: OPERATOR,
				agent: AGENT,
				sealing: SealingKey {
					key: [7; 32],
					version: 1,
				},
				resources: RESOURCES,
				prices: PRICES,
				region,
				attributes,
				endpoint,
				deposit: NODE_DEPOSIT,
			}
			.into(),
		);
	});
}

#[test]
fn register_gives_the_agent_one_reference_per_node_works() {
	run(|| {
		assert_eq!(System::sufficients(&AGENT), 0);
		register(AGENT);
		assert_eq!(System::sufficients(&AGENT), 1);
		register(AGENT);
		assert_eq!(System::sufficients(&AGENT), 2);
		assert_ok!(Nodes::serve(signed(AGENT), 1));
		assert_eq!(System::sufficients(&AGENT), 2);
	});
}

#[test]
fn register_several_nodes_of_one_operator_works() {
	run(|| {
		assert_eq!((register(AGENT), register(OTHER_AGENT)), (1, 2));
		assert_eq!(held(OPERATOR), 2 * NODE_DEPOSIT);
	});
}

#[test]
fn register_with_nothing_to_say_works() {
	run(|| {
		assert_ok!(Registration {
			region: text(""),
			attributes: attributes(&[]),
			endpoint: text(""),
			..Default::default()
		}
		.submit());
	});
}

#[test]
fn register_an_agent_that_serves_fails() {
	run(|| {
		serving(AGENT);
		assert_noop!(
			Registration::default().submit(),
			Error::<Test>::AgentServesAnotherNode
		);
	});
}

#[test]
fn register_without_the_deposit_fails() {
	run(|| {
		let enough = NODE_DEPOSIT + EXISTENTIAL_DEPOSIT;
		assert_ok!(Balances::transfer_allow_death(
			signed(STRANGER),
			3,
			enough - 1
		));
		let poor = || Registration {
			operator: 3,
			..Default::default()
		};
		assert_noop!(poor().submit(), Error::<Test>::CannotHoldDeposit);

		assert_ok!(Balances::transfer_allow_death(signed(STRANGER), 3, 1));
		assert_ok!(poor().submit());
	});
}

#[test]
fn register_what_is_not_text_fails() {
	run(|| {
		let bad = |change: fn(&mut Registration)| {
			let mut registration = Registration::default();
			change(&mut registration);
			assert_noop!(registration.submit(), Error::<Test>::NotText);
		};
		bad(|registration| registration.region = vec![0xff].try_into().unwrap());
		bad(|registration| registration.region = text("eu\0"));
		bad(|registration| registration.endpoint = text("192.0.2.1\n"));
		bad(|registration| registration.attributes = attributes(&[("a\tb", "")]));
		bad(|registration| registration.attributes = attributes(&[("a", "\u{7f}")]));
	});
}

#[test]
fn register_an_attribute_twice_fails() {
	run(|| {
		let twice = attributes(&[("disk", "nvme"), ("kvm", "yes"), ("disk", "ssd")]);
		assert_noop!(
			Registration {
				attributes: twice,
				..Default::default()
			}
			.submit(),
			Error::<Test>::DuplicateAttribute
		);
	});
}

#[test]
fn register_past_the_last_id_fails() {
	run(|| {
		NextNode::<Test>::put(NodeId::MAX);
		assert_noop!(
			Registration::default().submit(),
			sp_runtime::ArithmeticError::Overflow
		);
		NextNode::<Test>::put(1);
	});
}
