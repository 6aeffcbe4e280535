//! Pushing one link: what is planned, and that whatever is lost on the way, one event stands there in the end.

mod laws;
mod provider;
mod table;
mod times;
mod tiny_engine;
