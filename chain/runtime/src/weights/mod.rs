//! Weights of others' pallets, measured on this runtime by `scripts/weights`.

pub mod pallet_multisig;
