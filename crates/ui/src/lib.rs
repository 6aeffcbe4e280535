//! Pages and their styles and scripts, inside the binary. They use only the public API and load nothing from elsewhere,
//! so they work with the network off.
//!
//! To add a page: a template under `templates/` with its struct here, or a plain file under `assets/`; styles go into
//! `assets/kalends.css`, which every page shares.

mod demo;
mod pages;

use std::borrow::Cow;

use rust_embed::RustEmbed;

pub use demo::DemoPage;
pub use pages::{ConnectPage, MessagePage, Tone};

/// The policy every page is sent with: nothing inline, nothing from elsewhere, no frames around it.
/// Forms may lead to other origins, because browsers apply `form-action` to the redirect to the provider too.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

/// An embedded file.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
    /// Its media type with the character set.
    pub media_type: &'static str,
    /// Changes when the content does; fit for `ETag` between quotes.
    pub version: String,
}

/// The embedded file of that name, such as `docs.html`.
pub fn asset(name: &str) -> Option<Asset> {
    let file = Files::get(name)?;
    let media_type = match name.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        _ => "application/octet-stream",
    };
    let hash = file.metadata.sha256_hash();
    let short = hash
        .iter()
        .take(8)
        .fold(0, |head, byte| head << 8 | u64::from(*byte));
    Some(Asset {
        bytes: file.data,
        media_type,
        version: format!("{short:016x}"),
    })
}

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_load_nothing_from_elsewhere() {
        for name in Files::iter() {
            let asset = asset(&name).unwrap();
            let text = String::from_utf8_lossy(&asset.bytes);
            for elsewhere in ["src=\"http", "href=\"http", "url(http", "@import"] {
                assert!(
                    !text.contains(elsewhere),
                    "{name} loads from elsewhere: {elsewhere}"
                );
            }
        }
    }

    #[test]
    fn unknown_files_are_absent() {
        assert!(asset("../Cargo.toml").is_none());
        assert!(asset("nothing.css").is_none());
    }
}
