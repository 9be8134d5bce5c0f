//! The pages that `stagewright explain CODE` shows, one for each diagnostic code.
//!
//! The pages are the files of `docs/errors`, so that the website and the program say
//! the same. Tests hold files, table and codes equal, and run every page's examples.

/// The page of a code, as Markdown; `None` for a code that does not exist. Upper and
/// lower case are alike.
pub fn page(code: &str) -> Option<&'static str> {
    PAGES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(code.trim()))
        .map(|(_, page)| *page)
}

/// All codes that have a page, in order.
pub fn codes() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(code, _)| *code)
}

macro_rules! pages {
    ($($code:literal)*) => {
        &[$(($code, include_str!(concat!("../../../docs/errors/", $code, ".md")))),*]
    };
}

const PAGES: &[(&str, &str)] = pages! {
    "SW0101"
    "SW0102"
    "SW0103"
    "SW0104"
    "SW0105"
    "SW0106"
    "SW0110"
    "SW0111"
    "SW0112"
    "SW0113"
    "SW0114"
    "SW0115"
    "SW0116"
    "SW0117"
    "SW0120"
    "SW0121"
    "SW0122"
    "SW0123"
    "SW0124"
    "SW0125"
    "SW0126"
    "SW0127"
    "SW0128"
    "SW0130"
    "SW0131"
    "SW0132"
    "SW0133"
    "SW0134"
    "SW0135"
    "SW0136"
    "SW0137"
    "SW0138"
    "SW0139"
    "SW0140"
    "SW0141"
    "SW0142"
    "SW0143"
    "SW0150"
    "SW0160"
    "SW0161"
    "SW0170"
    "SW0171"
    "SW0172"
    "SW0173"
    "SW0174"
};
