//! The runtime as a whole: signed extrinsics in blocks, from a preset's genesis.

mod accounts;
mod administration;
mod attacks;
mod chain;
mod costs;
mod feeless;
mod full_blocks;
mod genesis;
mod group_calls;
mod halted;
mod largest;
mod money;
mod operator;
mod queries;
mod session;
mod storage_versions;
mod story;
mod votes;
