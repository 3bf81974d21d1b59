use super::chain::*;
use crate::{Balances, RuntimeCall, TransactionPayment, Weight, COV, MILLICOV};
use codec::Encode;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Two};

#[test]
fn fees_are_those_of_time_and_bytes() {
	run(|| {
		assert_eq!(
			TransactionPayment::weight_to_fee(Weight::from_parts(1_000_000_000_000, 0)),
			COV
		);
		assert_eq!(TransactionPayment::length_to_fee(100_000), COV);
	});
}

#[test]
fn a_transfer_costs_what_the_quote_says_and_the_fee_is_burned() {
	run(|| {
		let transfer = signed(Alice, pay(&Bob.to_account_id(), COV));
		let quote =
			TransactionPayment::query_info(transfer.clone(), transfer.encoded_size() as u32);
		let (alice, bob) = (Alice.to_account_id(), Bob.to_account_id());
		let (before, issued) = (free(&alice), Balances::total_issuance());
		submit(Alice, pay(&bob, COV));
		assert_eq!(free(&alice), before - COV - quote.partial_fee);
		assert_eq!(free(&bob), 1_000_001 * COV);
		assert_eq!(issued - Balances::total_issuance(), quote.partial_fee);
		assert!(
			quote.partial_fee < COV / 100,
			"a transfer costs {}",
			quote.partial_fee
		);
	});
}

/// A vote carries the weight of its call, and gets back what did not run.
#[test]
fn a_vote_that_does_not_decide_costs_less_than_one_that_does() {
	run(|| {
		submit(Alice, create_shop());
		submit(Bob, pay(&crate::Groups::account_of(1), COV));
		let call = pay(&Two.to_account_id(), MILLICOV);
		let fee_of = |who, call: RuntimeCall| {
			let before = fees_paid();
			submit(who, call);
			fees_paid() - before
		};
		submit(Alice, propose(1, call.clone()));
		let undecided = fee_of(
			sp_keyring::Sr25519Keyring::Charlie,
			approve(1, 0, call.clone()).into(),
		);
		let deciding = fee_of(Bob, approve(1, 0, call).into());
		assert_eq!(free(&Two.to_account_id()), MILLICOV);
		assert!(
			undecided < deciding,
			"{undecided} is not less than {deciding}"
		);
	});
}
