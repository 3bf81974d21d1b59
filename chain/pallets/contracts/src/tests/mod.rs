//! One file per call; `story` is the whole of it, `history` a long random one, `replay` the check
//! that runs after each test.

use covenant_nodes as nodes;

#[path = "../../../nodes/src/tests/replay.rs"]
mod nodes_replay;

mod accept;
mod accept_update;
mod attacks;
mod cancel;
mod close;
mod create;
mod decline;
mod drop_body;
mod expire;
mod history;
mod integrity;
mod note_body;
mod prune;
mod queries;
pub(crate) mod replay;
mod report;
mod settle;
mod settlement;
mod story;
mod terminate;
mod top_up;
mod update;
mod withdraw_update;
