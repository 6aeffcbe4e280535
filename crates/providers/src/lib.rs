//! The Provider trait and its adapters over egress.
