//! `GET /livez`

/// Whether the process runs
///
/// Says nothing about the database; restart the process only when this fails.
#[utoipa::path(
    get,
    path = "/livez",
    tag = "operations",
    responses((status = 200, description = "It runs.", body = String, content_type = "text/plain", example = "ok"))
)]
pub(crate) async fn livez() -> &'static str {
    "ok"
}
