use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

#[test]
fn basic_flow_works() {
	run(|| {
		// Alice creates the group and asks for the first signatures in one transaction.
		let group = Founding {
			first: Some((deploy(), EXPIRES)),
			..Default::default()
		}
		.done();
		assert_eq!(Proposals::<Test>::get(group, 0).unwrap().votes.len(), 1);

		// 50 of 51; Bob's 30 decide.
		assert_ok!(approve(BOB, group, 0, deploy()));
		assert_eq!(outcome(group, 0), Some(Outcome::Executed));
		assert_noop!(
			approve(CAROL, group, 0, deploy()),
			Error::<Test>::ProposalNotFound
		);

		// The group owns money and pays with it.
		assert_ok!(Balances::transfer_keep_alive(
			RuntimeOrigin::signed(STRANGER),
			account(group),
			500
		));
		let payment = proposed(ALICE, group, pay(BOB, 300));
		assert_eq!(
			Balances::free_balance(account(group)),
			EXISTENTIAL_DEPOSIT + 500
		);
		assert_ok!(approve(BOB, group, payment, pay(BOB, 300)));
		assert_eq!(
			Balances::free_balance(account(group)),
			EXISTENTIAL_DEPOSIT + 200
		);
		assert_eq!(Balances::free_balance(BOB), FUNDS + 300);

		// Alice wants more; the others will not have it.
		let greedy = proposed(ALICE, group, pay(ALICE, 200));
		assert_ok!(reject(BOB, group, greedy));
		assert_eq!(outcome(group, greedy), Some(Outcome::Rejected));

		// Carol leaves, and what was open is stale.
		let pending = proposed(CAROL, group, deploy());
		let without_carol = || {
			let thresholds = Thresholds {
				deploy: 51,
				cancel: 30,
				spend: 80,
				govern: 80,
			};
			set_members(members(&[(ALICE, 50, BOTH), (BOB, 30, BOTH)]), thresholds)
		};
		let change = proposed(BOB, group, without_carol());
		assert_ok!(approve(ALICE, group, change, without_carol()));
		assert_ok!(approve(CAROL, group, change, without_carol()));
		assert_noop!(
			approve(ALICE, group, pending, deploy()),
			Error::<Test>::ProposalStale
		);
		assert_noop!(propose(CAROL, group, deploy()), Error::<Test>::NotMember);

		// All deposits but those for the group and for what is still open are back.
		assert_eq!(held(HoldReason::Group, &ALICE), GROUP_DEPOSIT);
		assert_eq!(held(HoldReason::Proposal, &ALICE), 0);
		assert_eq!(held(HoldReason::Proposal, &BOB), 0);
		let stale = Proposals::<Test>::get(group, pending).unwrap();
		assert_eq!(held(HoldReason::Proposal, &CAROL), stale.deposit);
	});
}
