//! Colors that an event may have on calendars.

use std::str::FromStr;

/// A color, by the names that Google Calendar shows; other calendars get the nearest they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Color {
    /// Pale violet.
    Lavender,
    /// Pale green.
    Sage,
    /// Purple.
    Grape,
    /// Pink.
    Flamingo,
    /// Yellow.
    Banana,
    /// Orange.
    Tangerine,
    /// Light blue.
    Peacock,
    /// Gray.
    Graphite,
    /// Blue.
    Blueberry,
    /// Green.
    Basil,
    /// Red.
    Tomato,
}

/// The word names no color.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{word}\" is no color; the colors are {}", names())]
pub struct UnknownColor {
    /// The word as it was given.
    pub word: String,
}

impl Color {
    /// Every color, in the order of Google's `colorId` 1 to 11.
    pub const ALL: [Self; 11] = [
        Self::Lavender,
        Self::Sage,
        Self::Grape,
        Self::Flamingo,
        Self::Banana,
        Self::Tangerine,
        Self::Peacock,
        Self::Graphite,
        Self::Blueberry,
        Self::Basil,
        Self::Tomato,
    ];

    /// The word that API and database use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lavender => "lavender",
            Self::Sage => "sage",
            Self::Grape => "grape",
            Self::Flamingo => "flamingo",
            Self::Banana => "banana",
            Self::Tangerine => "tangerine",
            Self::Peacock => "peacock",
            Self::Graphite => "graphite",
            Self::Blueberry => "blueberry",
            Self::Basil => "basil",
            Self::Tomato => "tomato",
        }
    }
}

impl FromStr for Color {
    type Err = UnknownColor;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let color = Self::ALL.into_iter().find(|color| color.as_str() == word);
        color.ok_or_else(|| UnknownColor {
            word: word.to_owned(),
        })
    }
}

fn names() -> String {
    Color::ALL.map(Color::as_str).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip_and_unknown_words_are_said() {
        for color in Color::ALL {
            assert_eq!(color.as_str().parse(), Ok(color));
        }
        let error = "beige".parse::<Color>().unwrap_err().to_string();
        assert!(error.starts_with("\"beige\" is no color; the colors are lavender, sage,"));
    }
}
