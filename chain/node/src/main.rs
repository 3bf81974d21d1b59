//! The node that validators run: Aura makes blocks, GRANDPA finalises them. What the chain is, and
//! which runtime it begins with, comes from the chain spec alone, which `covenant chain spec`
//! writes; see docs/running-validators.md.

mod cli;
mod client;
mod rpc;
mod service;

fn main() -> sc_cli::Result<()> {
	cli::run()
}
