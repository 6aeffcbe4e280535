//! Where a person may be sent after connecting: only to origins that the operator or the tenant listed.

use kalends_core::time::TenantId;
use kalends_store::StoreError;
use url::{Origin, Url};

use super::ConnectError;
use crate::{Engine, tenants};

/// The address, when there is one, checked against the server's list and the tenant's.
pub(super) async fn allowed(
    engine: &Engine,
    tenant: TenantId,
    return_to: Option<&str>,
) -> Result<Option<Url>, ConnectError> {
    let Some(return_to) = return_to else {
        return Ok(None);
    };
    let allowed = tenants::return_origins(engine, tenant)
        .await
        .map_err(|error| match error {
            StoreError::NotFound { .. } => ConnectError::UnknownTenant,
            error => ConnectError::Store(error),
        })?;
    check(return_to, &allowed)
        .map(Some)
        .map_err(|reason| ConnectError::ReturnTo { reason })
}

/// The address, when it is absolute http(s) and its origin is on the list; else what is wrong with it.
fn check(return_to: &str, allowed: &[Origin]) -> Result<Url, String> {
    let url = Url::parse(return_to).map_err(|error| {
        format!("returnTo is no absolute address such as https://app.example/done: {error}")
    })?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(format!(
            "returnTo must be an https address, not {}:",
            url.scheme()
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("returnTo must not hold a user name or password".to_owned());
    }
    let origin = url.origin();
    if allowed.contains(&origin) {
        return Ok(url);
    }
    Err(format!(
        "the origin {} is not on the list of allowed return origins",
        origin.ascii_serialization()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_one(return_to: &str, good: bool) {
        let allowed = [Url::parse("https://app.example").unwrap().origin()];
        assert_eq!(check(return_to, &allowed).is_ok(), good, "{return_to}");
    }

    #[test]
    fn only_listed_origins_pass() {
        check_one("https://app.example/settings?tab=calendar", true);
        check_one("https://app.example:443/", true);
        check_one("https://app.example:8443/", false);
        check_one("http://app.example/", false);
        check_one("https://app.example.evil.example/", false);
        check_one("https://app.example@evil.example/", false);
        check_one("https://user@app.example/", false);
        check_one("//app.example/", false);
        check_one("/settings", false);
        check_one("javascript:alert(1)", false);
        check_one("https:app.example", true);
    }
}
