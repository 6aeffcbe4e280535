//! The Provider trait and its adapters over egress.
//!
//! [`Provider`] is what the engine asks; [`google`] and [`ics`] answer. [`oauth`] is how an account at Google (later
//! Microsoft) becomes connected and stays so. No adapter keeps state beyond caches, knows the database or sleeps: what
//! takes longer than a call is the engine's to schedule.
//!
//! To add an adapter see [`provider`].

pub mod google;
pub mod ics;
pub mod oauth;
pub mod provider;

pub use provider::Provider;
