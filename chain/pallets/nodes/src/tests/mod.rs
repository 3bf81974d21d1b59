//! One file per call; `story` is the whole of it, `replay` the check that runs after each test.

use crate as nodes;

mod announce;
mod heartbeat;
mod integrity;
mod register;
mod remove;
pub(crate) mod replay;
mod resources;
mod rotate_agent;
mod serve;
mod set_state;
mod story;
mod tenancy;
mod update;
