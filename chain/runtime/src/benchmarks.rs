//! What `scripts/weights` measures: our own calls, and beside them those of pallet-multisig.

frame_benchmarking::define_benchmarks!(
	[covenant_clock, Clock]
	[covenant_contracts, Contracts]
	[covenant_groups, Groups]
	[covenant_nodes, Nodes]
	[covenant_validators, Validators]
	[pallet_multisig, Multisig]
);
