use crate::{
	mock::{Nodes, *},
	*,
};
use frame_support::assert_ok;

#[test]
fn a_nodes_first_day_works() {
	run(|| {
		// The operator offers a machine; its live clock stands still.
		let id = register(AGENT);
		assert_eq!(held(OPERATOR), NODE_DEPOSIT);
		pass(300);
		assert_eq!(Nodes::live(&node(id)), 0);
		assert!(!Nodes::is_seen(&node(id)));

		// The agent, which owns nothing, binds itself; the clock runs.
		assert!(is_feeless(AGENT, Call::serve { node: id }));
		assert_ok!(Nodes::serve(signed(AGENT), id));
		pass(PERIOD);
		assert_eq!(Nodes::live(&node(id)), PERIOD);
		assert!(is_feeless(AGENT, Call::heartbeat { node: id }));
		assert_ok!(Nodes::heartbeat(signed(AGENT), id));
		assert_eq!(Nodes::live(&node(id)), PERIOD);

		// It is gone for five hours: the clock runs on for one window and stands.
		pass(5 * 3_600);
		assert_eq!(Nodes::live(&node(id)), PERIOD + WINDOW);
		assert!(!Nodes::is_seen(&node(id)));

		// It comes back, from where it stood.
		assert_ok!(Nodes::heartbeat(signed(AGENT), id));
		assert_eq!(Nodes::live(&node(id)), PERIOD + WINDOW);
		assert!(Nodes::is_seen(&node(id)));
		pass(100);
		assert_eq!(Nodes::live(&node(id)), PERIOD + WINDOW + 100);

		// Its address has changed, and its operator changes the prices.
		assert_ok!(Nodes::announce(signed(AGENT), id, text("192.0.2.2:51820")));
		let dearer = Prices {
			cpu: 2 * PRICES.cpu,
			..PRICES
		};
		assert_ok!(Nodes::update(
			signed(OPERATOR),
			id,
			RESOURCES,
			dearer,
			text("eu-west"),
			attributes(&[("disk", "nvme"), ("kvm", "yes")]),
		));
		assert_eq!(node(id).prices, dearer);
	});
}
