//! The simulator over real HTTP on loopback: each test starts its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod acl;
mod audit;
mod batch;
mod calendar_list;
mod calendars;
mod control;
mod cross_origin;
mod events;
mod events_guests;
mod events_import;
mod events_meet;
mod events_series;
mod events_shapes;
mod events_types;
mod events_vectors;
mod faults;
mod free_busy;
mod guide;
mod harness;
mod listing;
mod look;
mod oauth;
mod oauth_keys;
mod oauth_limits;
mod oauth_pages;
mod official_clients;
mod page;
mod push;
mod quotas;
mod receiver;
mod smoke;
mod snapshot;
mod tls;
