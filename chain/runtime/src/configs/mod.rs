//! How this chain sets the pallets up.

mod accounts;
mod consensus;
mod covenant;
mod money;
mod system;

pub use accounts::ProxyType;
pub use covenant::GroupCalls;
