//! A running server on a temporary store with simulator, manual clock and drain_tasks(), for tests.
