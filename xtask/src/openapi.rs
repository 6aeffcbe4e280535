//! `cargo xtask openapi`: the OpenAPI document, as the server answers it at `/openapi.json`.

use std::path::Path;

use crate::process::{cargo, run as start};

pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    start(cargo(root).args(["run", "--quiet", "--", "openapi"]))
}
