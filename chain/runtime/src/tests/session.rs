use super::chain::*;
use crate::{Aura, Grandpa, Session, System};

#[test]
fn sessions_pass_and_the_validators_stay() {
	on_preset("local_testnet", || {
		let (validators, finality) = (Session::validators(), Grandpa::grandpa_authorities());
		for session in 1..=3 {
			// The blocks between change nothing here.
			System::set_block_number(session * 600 - 1);
			next_block(6_000);
			assert_eq!(Session::current_index(), session);
		}
		assert_eq!(Session::validators(), validators);
		assert_eq!(Aura::authorities_len(), 3);
		assert_eq!(Grandpa::grandpa_authorities(), finality);
	});
}

#[test]
fn a_block_counts_for_a_minute_at_most() {
	run(|| {
		let before = now();
		next_block(86_400_000);
		assert_eq!(now(), before + 60);
	});
}
