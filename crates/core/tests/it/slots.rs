//! The slot engine, seen from outside: tables of cases, and laws against searches that anybody can follow.

mod case;
mod laws;
mod plain;
mod scan;
mod world;
