//! Arrows between the crates go down only, and some outside crates have one room.

use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// Which of our crates each may use. A new arrow is its own commit with a reason.
const ARROWS: &[(&str, &[&str])] = &[
    ("kalends-core", &[]),
    ("kalends-egress", &[]),
    ("kalends-ui", &[]),
    ("kalends-simulator", &["kalends-core", "kalends-egress"]),
    ("kalends-store", &["kalends-core"]),
    ("kalends-providers", &["kalends-egress", "kalends-core"]),
    (
        "kalends-engine",
        &[
            "kalends-store",
            "kalends-providers",
            "kalends-egress",
            "kalends-core",
        ],
    ),
    ("kalends-api", &["kalends-engine", "kalends-ui", "kalends-core"]),
    (
        "kalends",
        &[
            "kalends-api",
            "kalends-engine",
            "kalends-store",
            "kalends-providers",
            "kalends-egress",
            "kalends-simulator",
            "kalends-core",
        ],
    ),
];

/// May use anything.
const FREE: &[&str] = &["kalends-testkit", "kalends-bench", "kalends-chaos", "xtask"];

/// What tests may use besides: real peers, never a higher floor's private parts.
const FOR_TESTS: &[&str] = &[
    "kalends-testkit",
    "kalends-simulator",
    "kalends-core",
    "kalends-egress",
];

/// Outside crates with one room.
const ROOMS: &[(&str, &[&str])] = &[
    ("sqlx", &["kalends-store"]),
    ("reqwest", &["kalends-egress"]),
    (
        "axum",
        &["kalends-api", "kalends-ui", "kalends-simulator", "kalends"],
    ),
];

pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let metadata = MetadataCommand::new().current_dir(root).no_deps().exec()?;
    Ok(metadata.packages.iter().flat_map(broken_by).collect())
}

fn broken_by(package: &Package) -> Vec<String> {
    let name = package.name.as_str();
    if FREE.contains(&name) {
        return Vec::new();
    }
    let Some((_, allowed)) = ARROWS.iter().find(|(from, _)| *from == name) else {
        return vec![format!(
            "{name}: a crate without a floor; give it one in xtask/src/tidy/arrows.rs"
        )];
    };
    let mut broken = Vec::new();
    for dependency in &package.dependencies {
        let to = dependency.name.as_str();
        let for_tests = dependency.kind == DependencyKind::Development;
        let ours = to.starts_with("kalends");
        if ours && !allowed.contains(&to) && !(for_tests && FOR_TESTS.contains(&to)) {
            broken.push(format!("{name} -> {to}: no such arrow in the house"));
        }
        if let Some((_, rooms)) = ROOMS.iter().find(|(outside, _)| *outside == to)
            && !for_tests
            && !rooms.contains(&name)
        {
            broken.push(format!("{name} uses {to}, which belongs to {}", rooms.join(", ")));
        }
    }
    broken
}
