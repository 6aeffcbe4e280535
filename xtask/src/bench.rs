//! `cargo xtask bench`: the benchmarks of `bench/`, with a PostgreSQL and programs for Node when there can be any.

use std::path::Path;

use crate::{
    process::{cargo, run as start},
    test::{node, postgres},
};

pub(crate) fn run(root: &Path, args: &[String]) -> anyhow::Result<()> {
    let mut benches = cargo(root);
    benches
        .args(["bench", "--package", "kalends-bench", "--no-fail-fast"])
        .args(args);
    let server = postgres::start();
    match &server {
        Ok(server) => {
            println!("bench: throw-away PostgreSQL {}", server.version);
            benches.env("KALENDS_TEST_POSTGRES_URL", server.url());
        }
        Err(why) => println!("bench: SKIPPED what needs PostgreSQL: {why:#}"),
    }
    match node::prepare(root, &node::PEERS) {
        Ok(modules) => {
            benches.env("KALENDS_BENCH_NODE_MODULES", modules);
        }
        Err(why) => println!("bench: SKIPPED what is compared with programs for Node: {why:#}"),
    }
    start(&mut benches)
}
