//! What a chain that lives on needs of a release: each pallet's storage has a version, a change of
//! it a new one, and an upgrade brings the chain to it.

use super::chain::*;
use crate::{Clock, Contracts, Executive, Groups, Nodes, RuntimeCall, Validators, VERSION};
use frame_support::{
	// There is no other way to it, short of decoding the whole metadata.
	__private::metadata_ir::{PalletStorageMetadataIR, StorageEntryTypeIR},
	traits::{GetStorageVersion, PalletInfoAccess, StorageVersion},
};
use scale_info::{form::MetaForm, meta_type, Field, MetaType, TypeDef};

/// The layout of each pallet's storage, as a hash, at its version.
///
/// Where a layout differs from the one that is pinned: if the bytes that are stored are other bytes
/// now, or mean something else, raise the pallet's `STORAGE_VERSION`, write a migration from the one
/// before in `migrations.rs`, and put both, version and hash, here. If only a name has changed, put
/// the hash here.
const PINNED: [(&str, u16, &str); 5] = [
	(
		"Clock",
		1,
		"0x147ba17baf5eaff144b946500e6ab87ae9d3c0f655fef5658323984c15cd8d3b",
	),
	(
		"Groups",
		1,
		"0xb7750946226ada5bbc04058c668da8b4c86deb8129278e35c846e83ece1bf28c",
	),
	(
		"Nodes",
		1,
		"0xb687894b6a936fbbe7d9812e35ac60d2b3faaaae858bb46298f8d334ec60ff9b",
	),
	(
		"Contracts",
		1,
		"0x9b685efc70b35b5f6e9c6a851c448ed25f14b00632d2781342a7336ec131fda8",
	),
	(
		"Validators",
		1,
		"0x199b6f2146d3c99cb128b267b42253d3ab19ff6012b6b613dba432f65d174179",
	),
];

/// The layout of all calls, at its `transaction_version`. Stored proposals hold calls, and go stale
/// by another version.
///
/// Where it differs from the one that is pinned: if bytes of a call that was there are another call
/// now, or none, raise `transaction_version` in `lib.rs`, and put both here. If there are only new
/// calls, or new names, put the hash here.
const PINNED_CALLS: (u32, &str) = (
	3,
	"0x4d57814607b5d0c51f088e9b260b02fe394130cf3ae48d1a177c595b8139c28f",
);

struct Stored {
	name: &'static str,
	in_code: StorageVersion,
	on_chain: StorageVersion,
	layout: String,
}

/// The pallets of our own, on the chain of the test.
fn stored() -> [Stored; 5] {
	[
		stored_by::<Clock>(Clock::storage_metadata()),
		stored_by::<Groups>(Groups::storage_metadata()),
		stored_by::<Nodes>(Nodes::storage_metadata()),
		stored_by::<Contracts>(Contracts::storage_metadata()),
		stored_by::<Validators>(Validators::storage_metadata()),
	]
}

fn stored_by<Pallet>(storage: PalletStorageMetadataIR) -> Stored
where
	Pallet: GetStorageVersion<InCodeStorageVersion = StorageVersion> + PalletInfoAccess,
{
	Stored {
		name: Pallet::name(),
		in_code: Pallet::in_code_storage_version(),
		on_chain: Pallet::on_chain_storage_version(),
		layout: layout_of(storage),
	}
}

/// Everything that decides which bytes are stored where, and the names that say what they mean.
fn layout_of(storage: PalletStorageMetadataIR) -> String {
	let entries = storage.entries.into_iter().map(|entry| {
		let ty = match entry.ty {
			StorageEntryTypeIR::Plain(value) => written(value),
			StorageEntryTypeIR::Map {
				hashers,
				key,
				value,
			} => format!("{hashers:?} {} -> {}", written(key), written(value)),
		};
		let (name, modifier) = (entry.name, entry.modifier);
		format!("{name} {modifier:?} {:?} {ty}\n", entry.default)
	});
	entries.collect()
}

fn written(ty: MetaType) -> String {
	written_within(ty, &mut Vec::new())
}

/// A type by what its bytes are, down to its primitives; one within itself by how far up it is.
fn written_within(ty: MetaType, around: &mut Vec<MetaType>) -> String {
	if let Some(place) = around.iter().rev().position(|outer| *outer == ty) {
		return format!("^{place}");
	}
	around.push(ty);
	let fields = |fields: &[Field<MetaForm>], around: &mut Vec<MetaType>| -> String {
		let each = fields.iter().map(|field| {
			format!(
				"{}:{},",
				field.name.unwrap_or(""),
				written_within(field.ty, around)
			)
		});
		each.collect()
	};
	let text = match ty.type_info().type_def {
		TypeDef::Composite(composite) => format!("{{{}}}", fields(&composite.fields, around)),
		TypeDef::Variant(variant) => {
			let each = variant.variants.iter().map(|one| {
				format!(
					"{}={}({})|",
					one.index,
					one.name,
					fields(&one.fields, around)
				)
			});
			format!("<{}>", each.collect::<String>())
		}
		TypeDef::Sequence(list) => format!("[{}]", written_within(list.type_param, around)),
		TypeDef::Array(list) => {
			format!("[{};{}]", written_within(list.type_param, around), list.len)
		}
		TypeDef::Tuple(tuple) => {
			let each = tuple
				.fields
				.iter()
				.map(|part| written_within(*part, around) + ",");
			format!("({})", each.collect::<String>())
		}
		TypeDef::Primitive(primitive) => format!("{primitive:?}"),
		TypeDef::Compact(inner) => format!("compact {}", written_within(inner.type_param, around)),
		TypeDef::BitSequence(bits) => {
			format!("bits {}", written_within(bits.bit_store_type, around))
		}
	};
	around.pop();
	text
}

fn hash(layout: &str) -> String {
	format!(
		"{:?}",
		sp_core::H256(sp_io::hashing::blake2_256(layout.as_bytes()))
	)
}

#[test]
fn a_changed_layout_of_storage_has_a_new_version() {
	run(|| {
		let found = stored().map(|pallet| (pallet.name, pallet.in_code, hash(&pallet.layout)));
		let pinned =
			PINNED.map(|(name, version, hash)| (name, StorageVersion::new(version), hash.into()));
		assert_eq!(found, pinned, "see the comment at PINNED");
	});
}

#[test]
fn changed_calls_have_a_new_transaction_version() {
	let found = (
		VERSION.transaction_version,
		hash(&written(meta_type::<RuntimeCall>())),
	);
	let pinned = (PINNED_CALLS.0, PINNED_CALLS.1.to_string());
	assert_eq!(found, pinned, "see the comment at PINNED_CALLS");
}

/// What the hash is of tells apart what must be, and nothing else.
#[test]
fn a_layout_says_how_bytes_are_read() {
	#[derive(scale_info::TypeInfo)]
	#[allow(dead_code, reason = "only its layout is read")]
	struct Before {
		weight: u16,
		count: u32,
	}
	#[derive(scale_info::TypeInfo)]
	#[allow(dead_code, reason = "only its layout is read")]
	struct Swapped {
		count: u32,
		weight: u16,
	}
	#[derive(scale_info::TypeInfo)]
	#[allow(dead_code, reason = "only its layout is read")]
	enum Tree {
		Leaf(Before),
		Fork(Box<(Tree, Tree)>),
	}
	assert_eq!(written(meta_type::<Before>()), "{weight:U16,count:U32,}");
	assert_ne!(
		written(meta_type::<Before>()),
		written(meta_type::<Swapped>())
	);
	assert_eq!(
		written(meta_type::<Tree>()),
		"<0=Leaf(:{weight:U16,count:U32,},)|1=Fork(:(^1,^1,),)|>"
	);
}

fn assert_versions_of_the_code() {
	for Stored {
		name,
		in_code,
		on_chain,
		..
	} in stored()
	{
		assert_eq!(on_chain, in_code, "{name}");
	}
}

#[test]
fn a_new_chain_has_the_versions_of_the_code() {
	run(assert_versions_of_the_code);
}

#[test]
fn an_upgrade_brings_the_first_chains_to_the_versions_of_the_code() {
	run(|| {
		let first = StorageVersion::new(0);
		first.put::<Clock>();
		first.put::<Groups>();
		first.put::<Nodes>();
		first.put::<Contracts>();
		first.put::<Validators>();
		Executive::execute_on_runtime_upgrade();
		assert_versions_of_the_code();
	});
}
