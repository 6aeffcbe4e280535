//! Events on calendars: what is sent there, and what people do to it there.

mod people;
mod pushing;
