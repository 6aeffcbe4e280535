//! The description that a calendar shows: the application's text, and below it what is put there for one person.
//!
//! ```text
//! the application's text
//!
//! the person's note
//!
//! the event's page
//!
//! 📅 Added by the tenant
//! ```
//!
//! [`Description::read`] is the way back: what a person made of the application's text, whatever they did around it.

use super::plain_text;

/// A description in two parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// What the application says, or what a calendar has in whole.
    pub text: String,
    /// Paragraphs that we put below it.
    pub tail: Vec<String>,
}

impl Description {
    /// A description as a calendar has it, of which nobody has said yet what is ours.
    pub fn whole(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            tail: Vec::new(),
        }
    }

    /// The text as the calendar is to show it: paragraphs with an empty line between them.
    pub fn composed(&self) -> String {
        let parts = std::iter::once(&self.text).chain(&self.tail);
        let shown: Vec<&str> = parts
            .map(|part| part.trim_end())
            .filter(|part| !part.is_empty())
            .collect();
        shown.join("\n\n")
    }

    /// What a calendar has, read knowing what we put there: our paragraphs are taken out wherever they stand now, and
    /// the rest is the person's version of the application's text. A paragraph of ours that they deleted or changed is
    /// no edit of the text; what they wrote instead is.
    ///
    /// Where nothing was edited the application's own text comes back to the letter, else the text without markup.
    #[must_use]
    pub fn read(&self, on_calendar: &str) -> Self {
        let whole = plain_text::plain(on_calendar);
        let mut lines: Vec<&str> = whole.lines().collect();
        let ours: Vec<String> = self.tail.iter().map(|part| plain_text::plain(part)).collect();
        for part in ours.iter().rev() {
            take_last(&mut lines, part);
        }
        let text = plain_text::tidy(&lines.join("\n"));
        let untouched = text == plain_text::plain(&self.text);
        Self {
            text: if untouched { self.text.clone() } else { text },
            tail: self.tail.clone(),
        }
    }
}

/// Takes the last place out at which these whole lines stand.
fn take_last(lines: &mut Vec<&str>, part: &str) {
    let part: Vec<&str> = part.lines().collect();
    if part.is_empty() || part.len() > lines.len() {
        return;
    }
    let is_here = |window: &[&str]| {
        window
            .iter()
            .zip(&part)
            .all(|(line, ours)| line.trim() == ours.trim())
    };
    if let Some(at) = lines.windows(part.len()).rposition(is_here) {
        lines.drain(at..at + part.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours() -> Description {
        Description {
            text: "Unit 7: fractions".to_owned(),
            tail: vec![
                "Bring the green book.\nAnd a pen.".to_owned(),
                "https://app.test/l/7?a=1&b=2".to_owned(),
                "📅 Added by Tutors & Co".to_owned(),
            ],
        }
    }

    #[track_caller]
    fn check(on_calendar: &str, expect: &str) {
        assert_eq!(ours().read(on_calendar).text, expect, "{on_calendar:?}");
    }

    #[test]
    fn what_we_composed_reads_back_as_the_text() {
        let shown = ours().composed();
        let expect = "Unit 7: fractions\n\nBring the green book.\nAnd a pen.\n\nhttps://app.test/l/7?a=1&b=2\n\n\
                      📅 Added by Tutors & Co";
        assert_eq!(shown, expect);
        assert_eq!(ours().read(&shown), ours());
        assert_eq!(Description::default().composed(), "");
        assert_eq!(Description::default().read(""), Description::default());
    }

    #[test]
    fn only_what_the_person_wrote_is_their_edit() {
        let note = "Bring the green book.\nAnd a pen.\n\nhttps://app.test/l/7?a=1&b=2";
        let footer = "📅 Added by Tutors & Co";
        check(&format!("Unit 8\n\n{note}\n\n{footer}"), "Unit 8");
        check(&format!("Unit 8\n\n{note}"), "Unit 8");
        check(&format!("{footer}\n\nUnit 8\n{note}"), "Unit 8");
        check(
            &format!("Unit 7: fractions\n\n{note}\n\n{footer}\nCall Bo"),
            "Unit 7: fractions\n\nCall Bo",
        );
        check("", "");
        check("Unit 7: fractions", "Unit 7: fractions");
    }

    #[test]
    fn an_editor_that_keeps_markup_changes_nothing() {
        let html = "Unit 7: fractions<br><br>Bring the green book.<br>And a pen.<br><br><a href=\"https://app.test/l/7?\
                    a=1&amp;b=2\">https://app.test/l/7?a=1&amp;b=2</a><br><br>📅 Added by Tutors &amp; Co";
        check(html, "Unit 7: fractions");
        check(&html.replacen('7', "<b>8</b>", 1), "Unit 8: fractions");
    }

    #[test]
    fn a_text_of_the_application_with_markup_survives_an_untouched_reading() {
        let marked = Description {
            text: "<b>Unit</b> 7".to_owned(),
            tail: vec!["📅 Added by Tutors".to_owned()],
        };
        assert_eq!(marked.read("<b>Unit</b> 7<br><br>📅 Added by Tutors"), marked);
    }
}
