//! The runtime as a whole: signed extrinsics in blocks, from a preset's genesis.

mod accounts;
mod administration;
mod attacks;
mod chain;
mod feeless;
mod genesis;
mod group_calls;
mod halted;
mod money;
mod operator;
mod queries;
mod session;
mod storage_versions;
mod story;
mod votes;
