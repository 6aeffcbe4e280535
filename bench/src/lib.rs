//! Benchmarks against peers and bare baselines.
