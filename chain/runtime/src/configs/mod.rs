//! How this chain sets the pallets up.

mod accounts;
mod consensus;
mod covenant;
mod group_calls;
mod money;
mod system;

pub use accounts::ProxyType;
pub use group_calls::GroupCalls;
