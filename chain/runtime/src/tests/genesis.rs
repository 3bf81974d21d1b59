use super::chain::*;
use crate::{presets, Aura, Grandpa, Runtime, RuntimeEvent, Session, COV};
use frame_support::traits::Get;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve, Ferdie};

#[test]
fn development_has_one_validator_and_the_embedded_chains_slot() {
	on_preset("development", || {
		assert_eq!(Session::validators(), [Alice.to_account_id()]);
		assert_eq!(Aura::slot_duration(), 100);
		assert_eq!(Aura::authorities_len(), 1);
		assert_eq!(Grandpa::grandpa_authorities().len(), 1);
	});
}

#[test]
fn local_testnet_has_three_validators_and_a_real_slot() {
	on_preset("local_testnet", || {
		assert_eq!(
			Session::validators(),
			[Alice, Bob, Charlie].map(|who| who.to_account_id())
		);
		assert_eq!(Aura::slot_duration(), 6_000);
		assert_eq!(Aura::authorities_len(), 3);
		assert_eq!(Grandpa::grandpa_authorities().len(), 3);
	});
}

#[test]
fn every_preset_endows_the_development_accounts() {
	for preset in presets::NAMES {
		on_preset(preset, || {
			for who in [Alice, Bob, Charlie, Dave, Eve, Ferdie] {
				assert_eq!(free(&who.to_account_id()), 1_000_000 * COV);
			}
			assert_eq!(crate::System::providers(&Alice.to_account_id()), 1);
		});
	}
}

#[test]
fn sudo_is_in_the_development_preset_alone() {
	on_preset("development", || {
		assert_eq!(
			pallet_sudo::Key::<Runtime>::get(),
			Some(Alice.to_account_id())
		);
	});
	on_preset("local_testnet", || {
		assert_eq!(pallet_sudo::Key::<Runtime>::get(), None);
	});
}

#[test]
fn every_preset_has_an_administration_that_the_first_block_announces() {
	for preset in presets::NAMES {
		on_preset(preset, || {
			let created = events().into_iter().find_map(|event| match event {
				RuntimeEvent::Groups(covenant_groups::Event::GroupCreated {
					group,
					members,
					thresholds,
					..
				}) => Some((group, members.len(), thresholds.govern)),
				_ => None,
			});
			assert_eq!(created, Some((0, 3, 2)));
			next_block(6_000);
			assert!(!events()
				.iter()
				.any(|event| matches!(event, RuntimeEvent::Groups(_))));
		});
	}
}

#[test]
fn an_unknown_preset_is_none() {
	assert_eq!(presets::get(&"mainnet".into()), None);
}

fn promised<Constant: Get<Value>, Value: std::fmt::Debug + PartialEq>(value: Value) {
	assert_eq!(Constant::get(), value);
}

/// The limits and deposits that docs/chain.md promises.
#[test]
fn the_promised_bounds_deposits_and_periods_hold() {
	use covenant_contracts::Config as Contracts;
	use covenant_groups::Config as Groups;
	use covenant_nodes::Config as Nodes;
	const BYTE: u128 = COV / 100_000;
	assert_eq!(covenant_groups::MAX_MEMBERS, 64);
	assert_eq!(covenant_groups::MAX_NAME, 64);
	assert_eq!(covenant_groups::MAX_CALL_LEN, 8_192);
	promised::<<Runtime as Groups>::MaxProposalLifetime, _>(2_592_000_u64);
	promised::<<Runtime as Groups>::MaxOpenProposals, _>(4_u8);
	promised::<<Runtime as Groups>::GroupDeposit, _>(COV);
	promised::<<Runtime as Groups>::ProposalDeposit, _>(COV / 10);
	promised::<<Runtime as Groups>::ProposalByteDeposit, _>(BYTE);
	promised::<<Runtime as Nodes>::HeartbeatPeriod, _>(600_u64);
	promised::<<Runtime as Nodes>::Window, _>(1_200_u64);
	promised::<<Runtime as Nodes>::NodeDeposit, _>(10 * COV);
	promised::<<Runtime as Contracts>::MaxBodyLen, _>(16_384_u32);
	promised::<<Runtime as Contracts>::MaxDeadline, _>(604_800_u64);
	promised::<<Runtime as Contracts>::SettlePeriod, _>(86_400_u64);
	promised::<<Runtime as Contracts>::BodyDeposit, _>(COV / 100);
	promised::<<Runtime as Contracts>::BodyByteDeposit, _>(BYTE);
	promised::<<Runtime as Contracts>::ContractDeposit, _>(COV / 20);
	promised::<<Runtime as Contracts>::TombstoneDeposit, _>(COV / 100);
	promised::<<Runtime as pallet_balances::Config>::ExistentialDeposit, _>(COV / 1_000);
	promised::<<Runtime as frame_system::Config>::SS58Prefix, _>(42_u16);
}

#[test]
fn sudo_is_there_for_development() {
	run(|| {
		let remark = frame_system::Call::remark { remark: vec![] };
		submit(
			Alice,
			pallet_sudo::Call::sudo {
				call: Box::new(remark.clone().into()),
			},
		);
		assert!(matches!(
			apply(
				Bob,
				pallet_sudo::Call::sudo {
					call: Box::new(remark.into())
				}
			),
			Ok(Err(_))
		));
	});
}
