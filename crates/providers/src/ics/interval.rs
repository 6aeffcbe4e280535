//! How long to leave a feed alone.

use http::{HeaderMap, header};
use jiff::SignedDuration;

const SHORTEST: SignedDuration = SignedDuration::from_mins(15);
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// The longest that anyone asks for, between a quarter of an hour and a day: the feed's text (`REFRESH-INTERVAL` of
/// RFC 7986 section 5.7 is a minimum) and the answer's `Cache-Control: max-age` (RFC 9111 section 5.2.2.1). `None`
/// when nobody asks for anything.
pub(super) fn refresh_after(of_text: Option<SignedDuration>, headers: &HeaderMap) -> Option<SignedDuration> {
    of_text
        .max(max_age(headers))
        .map(|asked| asked.clamp(SHORTEST, LONGEST))
}

fn max_age(headers: &HeaderMap) -> Option<SignedDuration> {
    let lines = headers
        .get_all(header::CACHE_CONTROL)
        .iter()
        .filter_map(|line| line.to_str().ok());
    let mut directives = lines
        .flat_map(|line| line.split(','))
        .filter_map(|part| part.trim().split_once('='));
    let (_, seconds) = directives.find(|(name, _)| name.eq_ignore_ascii_case("max-age"))?;
    seconds
        .trim_matches('"')
        .parse::<u32>()
        .ok()
        .map(|seconds| SignedDuration::from_secs(i64::from(seconds)))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(of_text_s: Option<i64>, cache_control: &'static str, expect_s: Option<i64>) {
        let headers =
            HeaderMap::from_iter([(header::CACHE_CONTROL, HeaderValue::from_static(cache_control))]);
        let found = refresh_after(of_text_s.map(SignedDuration::from_secs), &headers);
        assert_eq!(found.map(|wait| wait.as_secs()), expect_s);
    }

    #[test]
    fn the_longest_wish_counts_within_bounds() {
        check(None, "no-cache", None);
        check(None, "private, Max-Age=3600", Some(3600));
        check(Some(14_400), "max-age=3600", Some(14_400));
        check(Some(60), "max-age=0", Some(900));
        check(Some(10_000_000), "", Some(86_400));
        check(None, "max-age=soon", None);
        check(Some(-5), "", Some(900));
    }
}
