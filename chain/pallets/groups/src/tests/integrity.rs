//! With which bounds a runtime may be built.

use crate::mock::*;
use frame_support::traits::Hooks;

#[test]
fn integrity_test_one_open_proposal_works() {
	MaxOpenProposals::set(1);
	Groups::integrity_test();
}

#[test]
#[should_panic(expected = "nobody could propose")]
fn integrity_test_no_open_proposal_fails() {
	MaxOpenProposals::set(0);
	Groups::integrity_test();
}
