//! With which periods a runtime may be built.

use crate::mock::*;
use frame_support::traits::Hooks;

#[test]
fn integrity_test_shortest_period_and_window_works() {
	new_chain().execute_with(|| {
		HeartbeatPeriod::set(&2);
		Window::set(&2);
		Nodes::integrity_test();
	});
}

#[test]
#[should_panic(expected = "half a heartbeat period is a second at least")]
fn integrity_test_period_that_cannot_be_halved_fails() {
	new_chain().execute_with(|| {
		HeartbeatPeriod::set(&1);
		Nodes::integrity_test();
	});
}

#[test]
#[should_panic(expected = "a punctual agent is paid without a gap")]
fn integrity_test_window_shorter_than_the_period_fails() {
	new_chain().execute_with(|| {
		Window::set(&(PERIOD - 1));
		Nodes::integrity_test();
	});
}
