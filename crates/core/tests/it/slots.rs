//! The slot engine, seen from outside: tables of cases, and laws against searches that anybody can follow.

mod booked;
mod case;
mod explained;
mod groups;
mod laws;
mod plain;
mod scan;
mod sequences;
mod world;
