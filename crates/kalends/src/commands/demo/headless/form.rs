//! Reads the one form of a page that these servers write, as far as the story must fill it in.

/// The fields of a form, and where it leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// The address, as the page states it.
    pub(super) action: String,
    /// Hidden fields and ticked boxes, as a browser would send them.
    pub(super) fields: Vec<(String, String)>,
}

impl Form {
    /// The first form of a page.
    pub(super) fn read(page: &str) -> anyhow::Result<Self> {
        let (_, rest) = page
            .split_once("<form ")
            .ok_or_else(|| anyhow::anyhow!("the page has no form: {page}"))?;
        let (form, _) = rest.split_once("</form>").unwrap_or((rest, ""));
        let action = attribute(form, "action").unwrap_or_default();
        let tags = form.split("<input ").skip(1);
        let fields = tags.filter_map(|tag| {
            let tag = tag.split_once('>').map_or(tag, |(tag, _)| tag);
            let kind = attribute(tag, "type")?;
            let sent = kind == "hidden" || (kind == "checkbox" && tag.contains(" checked"));
            Some((attribute(tag, "name")?, attribute(tag, "value")?)).filter(|_| sent)
        });
        Ok(Self {
            action,
            fields: fields.collect(),
        })
    }

    /// With a field that the person fills in.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// As it is sent.
    pub(super) fn encoded(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.fields)
            .finish()
    }
}

/// The value of an attribute, without the escapes that templates write.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    let escapes = [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    Some(escapes.iter().fold(value.to_owned(), |value, (escape, sign)| {
        value.replace(escape, sign)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_fields_and_ticked_boxes_are_sent() {
        let page = r#"<form method="post" action="/go"><input type="hidden" name="request" value="a=1&#38;b=2">
            <input type="radio" name="account" value="x"><input type="checkbox" name="scope" value="read" checked>
            <input type="checkbox" name="scope" value="write"><button name="decision" value="allow">Allow</button></form>"#;
        let form = Form::read(page).unwrap().with("decision", "allow");
        assert_eq!(form.action, "/go");
        assert_eq!(form.encoded(), "request=a%3D1%26b%3D2&scope=read&decision=allow");
        assert!(Form::read("<p>nothing</p>").is_err());
    }
}
