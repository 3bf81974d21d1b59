//! Genesis presets: `development` (one validator, the embedded chain's slot, sudo) and
//! `local_testnet` (three validators, six second slots). Both know the development accounts, and
//! nothing else should: their keys are public.

use crate::{
	AccountId, AuraId, BalancesConfig, ClockConfig, GrandpaId, GroupsConfig, RuntimeGenesisConfig,
	SessionConfig, SessionKeys, SudoConfig, COV,
};
use alloc::vec::Vec;
use covenant_groups::{Administration, Member, Permissions, Thresholds};
use frame_support::build_struct_json_patch;
use serde_json::Value;
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

pub const NAMES: [&str; 2] = [DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET];

const ENDOWED: [Sr25519Keyring; 6] = [
	Sr25519Keyring::Alice,
	Sr25519Keyring::Bob,
	Sr25519Keyring::Charlie,
	Sr25519Keyring::Dave,
	Sr25519Keyring::Eve,
	Sr25519Keyring::Ferdie,
];

const VALIDATORS: [(Sr25519Keyring, Ed25519Keyring); 3] = [
	(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
	(Sr25519Keyring::Bob, Ed25519Keyring::Bob),
	(Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
];

/// The preset named `id`, as a JSON patch of the default genesis; `None` if there is none.
pub fn get(id: &PresetId) -> Option<Vec<u8>> {
	let patch = match id.as_ref() {
		DEV_RUNTIME_PRESET => genesis(&VALIDATORS[..1], 100, Some(Sr25519Keyring::Alice)),
		LOCAL_TESTNET_RUNTIME_PRESET => genesis(&VALIDATORS, 6_000, None),
		_ => return None,
	};
	Some(serde_json::to_vec(&patch).expect("a JSON value always serialises; qed"))
}

fn genesis(
	validators: &[(Sr25519Keyring, Ed25519Keyring)],
	slot_duration_ms: u64,
	sudo: Option<Sr25519Keyring>,
) -> Value {
	build_struct_json_patch!(RuntimeGenesisConfig {
		clock: ClockConfig { slot_duration_ms },
		balances: BalancesConfig {
			balances: ENDOWED
				.iter()
				.map(|key| (key.to_account_id(), 1_000_000 * COV))
				.collect::<Vec<_>>(),
		},
		session: SessionConfig {
			keys: validators.iter().map(validator).collect::<Vec<_>>(),
		},
		groups: GroupsConfig {
			administration: Some(administration()),
		},
		sudo: SudoConfig {
			key: sudo.map(|key| key.to_account_id()),
		},
	})
}

/// //Alice, //Bob and //Charlie, of whom two decide.
fn administration() -> Administration<AccountId> {
	let member = |key: Sr25519Keyring| Member {
		account: key.to_account_id(),
		weight: 1,
		permissions: Permissions(Permissions::PROPOSE.0 | Permissions::APPROVE.0),
	};
	Administration {
		members: ENDOWED[..3].iter().copied().map(member).collect(),
		thresholds: Thresholds {
			deploy: 2,
			cancel: 2,
			spend: 2,
			govern: 2,
		},
	}
}

fn validator(
	(aura, grandpa): &(Sr25519Keyring, Ed25519Keyring),
) -> (AccountId, AccountId, SessionKeys) {
	let account = aura.to_account_id();
	let keys = SessionKeys {
		aura: AuraId::from(aura.public()),
		grandpa: GrandpaId::from(grandpa.public()),
	};
	(account.clone(), account, keys)
}
