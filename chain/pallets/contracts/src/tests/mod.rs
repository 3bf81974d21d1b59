//! One file per call; `story` is the whole of it, `history` a long random one, `replay` the check
//! that runs after each test.

use covenant_nodes as nodes;

#[path = "../../../nodes/src/tests/replay.rs"]
mod nodes_replay;

mod accept;
mod cancel;
mod create;
mod decline;
mod drop_body;
mod history;
mod note_body;
pub(crate) mod replay;
mod settle;
mod settlement;
mod story;
