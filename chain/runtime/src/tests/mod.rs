//! The runtime as a whole: signed extrinsics in blocks, from a preset's genesis.

mod accounts;
mod chain;
mod feeless;
mod genesis;
mod group_calls;
mod money;
mod session;
mod story;
