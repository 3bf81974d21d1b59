//! What becomes of the storage of a chain that ran an earlier release.
//!
//! They run in the first block of this runtime, in this order, each only where the chain has the
//! version that it starts from, so a chain of any earlier release ends at the version of the code.
//! One that changes what can be seen emits the events that say so: who follows the chain reads no
//! storage.

use crate::{Clock, Contracts, Groups, Nodes, Runtime, Validators};
use frame_support::{migrations::VersionedMigration, traits::UncheckedOnRuntimeUpgrade};

pub type Migrations = (
	First<Clock>,
	First<Groups>,
	First<Nodes>,
	First<Contracts>,
	First<Validators>,
);

/// To version 1, the first that is counted: what is stored stays as it is.
type First<Pallet> =
	VersionedMigration<0, 1, Unchanged, Pallet, <Runtime as frame_system::Config>::DbWeight>;

pub struct Unchanged;
impl UncheckedOnRuntimeUpgrade for Unchanged {}
