//! The page that people see, as far as it can be looked at without a browser.

use std::collections::BTreeSet;

use http::Method;

use super::Story;

impl Story<'_> {
    /// Opens the page and every file that it names, directly or by way of another.
    pub(in super::super) async fn page(&self) -> anyhow::Result<String> {
        let page = self.text("").await?;
        anyhow::ensure!(page.contains("<title>Kalends demo</title>"), "the page is {page}");
        let mut wanted = named(&page);
        let mut opened = BTreeSet::new();
        while let Some(name) = wanted.pop_first() {
            if opened.insert(name.clone()) {
                wanted.extend(named(&self.text(&format!("assets/{name}")).await?));
            }
        }
        anyhow::ensure!(opened.contains("demo.js"), "the page names {opened:?} only");
        Ok(format!("{} files", opened.len()))
    }

    async fn text(&self, path: &str) -> anyhow::Result<String> {
        let url = self.page.join(path)?;
        let reply = self.http.send(Method::GET, &url, &[], String::new()).await?;
        anyhow::ensure!(reply.status.is_success(), "{url} answered {}", reply.status);
        Ok(reply.text)
    }
}

/// Styles and scripts that a page loads, and modules that a script imports.
fn named(text: &str) -> BTreeSet<String> {
    let loaded = text.split("\"/assets/").skip(1);
    let imported = text.split(" from './").skip(1);
    let names = loaded
        .chain(imported)
        .filter_map(|rest| rest.split(['"', '\'']).next());
    names.map(str::to_owned).collect()
}
