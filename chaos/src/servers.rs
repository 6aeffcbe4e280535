//! The real programs of a run, each a process that is ended when its handle is dropped.

pub(crate) mod kalends;
pub(crate) mod postgres;
mod process;
pub(crate) mod redis;
pub(crate) mod simulator;

pub(crate) use process::free_address;
