//! Events on calendars: what is sent there, and what people do to it there.

mod dying;
mod people;
mod pushing;
mod times;
mod troubles;
mod undoing;
