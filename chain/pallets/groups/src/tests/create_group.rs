use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

fn assert_refused(founding: Founding, error: Error<Test>) {
	assert_noop!(founding.send(), error);
}

fn with_members(list: &[(AccountId, u16, u8)]) -> Founding {
	let thresholds = Thresholds {
		deploy: 1,
		cancel: 1,
		spend: 1,
		govern: 1,
	};
	Founding {
		members: members(list),
		thresholds,
		..Default::default()
	}
}

fn with_thresholds(deploy: u32, cancel: u32, spend: u32, govern: u32) -> Founding {
	let thresholds = Thresholds {
		deploy,
		cancel,
		spend,
		govern,
	};
	Founding {
		thresholds,
		..Default::default()
	}
}

#[test]
fn create_group_works() {
	run(|| {
		let issued = Founding::default();
		assert_eq!(shop(), 1);
		let group = crate::Groups::<Test>::get(1).unwrap();
		assert_eq!(group.name, issued.name);
		assert_eq!(group.members, issued.members);
		assert_eq!(group.thresholds, issued.thresholds);
		assert_eq!((group.epoch, group.next_proposal), (0, 0));
		assert_eq!(GroupOf::<Test>::get(account(1)), Some(1));
		assert_eq!(Balances::free_balance(account(1)), EXISTENTIAL_DEPOSIT);
		assert_eq!(held(HoldReason::Group, &ALICE), GROUP_DEPOSIT);
		assert_eq!(
			Balances::free_balance(ALICE),
			FUNDS - EXISTENTIAL_DEPOSIT - GROUP_DEPOSIT
		);
		// Ids go on, and the same people may found as many as they pay for.
		assert_eq!(shop(), 2);
		assert_eq!(held(HoldReason::Group, &ALICE), 2 * GROUP_DEPOSIT);
	});
}

#[test]
fn create_group_for_others_works() {
	run(|| {
		Founding {
			creator: STRANGER,
			..Default::default()
		}
		.done();
		assert_eq!(held(HoldReason::Group, &STRANGER), GROUP_DEPOSIT);
		assert_noop!(propose(STRANGER, 1, deploy()), Error::<Test>::NotMember);
	});
}

#[test]
fn create_group_whose_account_has_money_works() {
	run(|| {
		assert_ok!(Balances::transfer_keep_alive(
			RuntimeOrigin::signed(BOB),
			account(1),
			700
		));
		assert_eq!(shop(), 1);
		assert_eq!(
			Balances::free_balance(account(1)),
			700 + EXISTENTIAL_DEPOSIT
		);
	});
}

#[test]
fn create_group_with_every_member_works() {
	run(|| {
		let many: Vec<_> = (1..=MAX_MEMBERS as u8)
			.map(|n| (AccountId::new([n; 32]), u16::MAX, 7))
			.collect();
		let all = MAX_MEMBERS * u32::from(u16::MAX);
		let thresholds = Thresholds {
			deploy: all,
			cancel: all,
			spend: all,
			govern: all,
		};
		Founding {
			members: members(&many),
			thresholds,
			..Default::default()
		}
		.done();
	});
}

#[test]
fn create_group_first_works() {
	run(|| {
		let id = Founding {
			first: Some((deploy(), EXPIRES)),
			..Default::default()
		}
		.done();
		let first = Proposals::<Test>::get(id, 0).unwrap();
		assert_eq!(first.proposer, ALICE);
		assert_eq!(first.votes.to_vec(), [(ALICE, Vote::Approve)]);
		assert_eq!(held(HoldReason::Proposal, &ALICE), first.deposit);
	});
}

#[test]
fn create_group_first_that_needs_nobody_else_works() {
	run(|| {
		Founding {
			first: Some((cancel(), EXPIRES)),
			..Default::default()
		}
		.done();
		assert_eq!(remarks_by(), [account(1)]);
		assert_eq!(outcome(1, 0), Some(Outcome::Executed));
		assert_eq!(held(HoldReason::Proposal, &ALICE), 0);
	});
}

#[test]
fn create_group_first_by_a_stranger_fails() {
	run(|| {
		let first = Some((deploy(), EXPIRES));
		assert_refused(
			Founding {
				creator: STRANGER,
				first,
				..Default::default()
			},
			Error::NotMember,
		);
	});
}

#[test]
fn create_group_first_by_a_member_who_may_not_propose_fails() {
	run(|| {
		let founding = with_members(&[(ALICE, 50, Permissions::APPROVE.0), (BOB, 30, BOTH)]);
		assert_refused(
			Founding {
				first: Some((deploy(), EXPIRES)),
				..founding
			},
			Error::NotProposer,
		);
	});
}

#[test]
fn create_group_first_whose_call_fails_fails() {
	run(|| {
		let thresholds = Thresholds {
			deploy: 50,
			cancel: 50,
			spend: 50,
			govern: 50,
		};
		let first = Some((pay(BOB, 1), EXPIRES));
		let founding = Founding {
			thresholds,
			first,
			..Default::default()
		};
		assert_noop!(founding.send(), sp_runtime::TokenError::NotExpendable);
	});
}

#[test]
fn create_group_name_that_is_no_text_fails() {
	run(|| {
		for bytes in [b"shop\0".to_vec(), b"a\nb".to_vec(), vec![0xff, 0xfe]] {
			let name = bytes.try_into().unwrap();
			assert_refused(
				Founding {
					name,
					..Default::default()
				},
				Error::NotText,
			);
		}
		Founding {
			name: name("Café 東京"),
			..Default::default()
		}
		.done();
	});
}

#[test]
fn create_group_weight_zero_fails() {
	run(|| {
		assert_refused(
			with_members(&[(ALICE, 1, BOTH), (BOB, 0, BOTH)]),
			Error::ZeroWeight,
		)
	});
}

#[test]
fn create_group_unknown_permissions_fails() {
	run(|| {
		for bits in [0, 8, 255] {
			let founding = with_members(&[(ALICE, 1, BOTH), (BOB, 1, bits)]);
			assert_refused(founding, Error::UnknownPermissions);
		}
	});
}

#[test]
fn create_group_own_account_as_member_fails() {
	run(|| {
		let founding = with_members(&[(ALICE, 1, BOTH), (account(1), 1, BOTH)]);
		assert_refused(founding, Error::OwnMember);
		// The account of another group may be one.
		with_members(&[(ALICE, 1, BOTH), (account(2), 1, BOTH)]).done();
	});
}

#[test]
fn create_group_duplicate_member_fails() {
	run(|| {
		let founding = with_members(&[(ALICE, 1, BOTH), (BOB, 1, BOTH), (ALICE, 1, BOTH)]);
		assert_refused(founding, Error::DuplicateMember);
	});
}

#[test]
fn create_group_nobody_may_propose_fails() {
	run(|| {
		let founding = with_members(&[(ALICE, 1, Permissions::APPROVE.0)]);
		assert_refused(founding, Error::NobodyMayPropose);
		assert_refused(with_members(&[]), Error::NobodyMayPropose);
	});
}

#[test]
fn create_group_nobody_may_approve_fails() {
	run(|| {
		let founding = with_members(&[(ALICE, 1, Permissions::PROPOSE.0)]);
		assert_refused(founding, Error::ThresholdOutOfReach);
	});
}

#[test]
fn create_group_threshold_zero_fails() {
	run(|| {
		assert_refused(with_thresholds(0, 1, 1, 1), Error::ThresholdOutOfReach);
		assert_refused(with_thresholds(1, 0, 1, 1), Error::ThresholdOutOfReach);
		assert_refused(with_thresholds(1, 1, 0, 1), Error::ThresholdOutOfReach);
		assert_refused(with_thresholds(1, 1, 1, 0), Error::ThresholdOutOfReach);
		with_thresholds(1, 1, 1, 1).done();
	});
}

#[test]
fn create_group_threshold_above_all_weight_fails() {
	run(|| {
		with_thresholds(100, 100, 100, 100).done();
		assert_refused(
			with_thresholds(100, 100, 100, 101),
			Error::ThresholdOutOfReach,
		);
		assert_refused(
			with_thresholds(101, 100, 100, 100),
			Error::ThresholdOutOfReach,
		);
	});
}

#[test]
fn create_group_threshold_beyond_who_may_approve_fails() {
	run(|| {
		let founding = |deploy| {
			let list = [
				(ALICE, 50, BOTH),
				(BOB, 30, Permissions::PROPOSE.0),
				(CAROL, 20, 5),
			];
			let thresholds = Thresholds {
				deploy,
				cancel: 1,
				spend: 1,
				govern: deploy,
			};
			Founding {
				members: members(&list),
				thresholds,
				..Default::default()
			}
		};
		assert_refused(founding(51), Error::ThresholdOutOfReach);
		founding(50).done();
	});
}

#[test]
fn create_group_govern_below_another_fails() {
	run(|| {
		assert_refused(with_thresholds(51, 1, 1, 50), Error::GovernTooLow);
		assert_refused(with_thresholds(1, 51, 1, 50), Error::GovernTooLow);
		assert_refused(with_thresholds(1, 1, 51, 50), Error::GovernTooLow);
		with_thresholds(50, 50, 50, 50).done();
	});
}

#[test]
fn create_group_without_the_deposit_fails() {
	run(|| {
		let poor = AccountId::new([8; 32]);
		let enough = EXISTENTIAL_DEPOSIT + EXISTENTIAL_DEPOSIT + GROUP_DEPOSIT;
		let give = |value| {
			assert_ok!(Balances::transfer_keep_alive(
				RuntimeOrigin::signed(BOB),
				poor.clone(),
				value
			));
		};
		let founding = || Founding {
			creator: poor.clone(),
			..Default::default()
		};
		give(EXISTENTIAL_DEPOSIT);
		// Not even the existential deposit of the group's account.
		assert_refused(founding(), Error::CannotHoldDeposit);
		give(enough - EXISTENTIAL_DEPOSIT - 1);
		assert_refused(founding(), Error::CannotHoldDeposit);
		give(1);
		founding().done();
		assert_eq!(Balances::free_balance(poor), EXISTENTIAL_DEPOSIT);
	});
}

#[test]
fn create_group_unsigned_fails() {
	run(|| {
		let Founding {
			name,
			members,
			thresholds,
			..
		} = Founding::default();
		let call =
			Pallet::<Test>::create_group(RuntimeOrigin::none(), name, members, thresholds, None);
		assert_eq!(
			call.unwrap_err().error,
			sp_runtime::DispatchError::BadOrigin
		);
	});
}
