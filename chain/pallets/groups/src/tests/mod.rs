mod account;
mod approve;
mod create_group;
mod propose;
mod random;
mod reject;
pub mod replay;
mod set_members;
mod story;
