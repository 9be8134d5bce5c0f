//! The pages of the codes that commands show. Those of pipeline files are the
//! language's; tests hold this list equal to the codes that stand in the sources.

macro_rules! pages {
    ($($code:literal)*) => {
        &[$(($code, include_str!(concat!("../../../../../docs/errors/", $code, ".md")))),*]
    };
}

/// Code and page, in order.
pub(super) const PAGES: &[(&str, &str)] = pages! {
    "SW0200" "SW0201" "SW0202" "SW0203" "SW0204" "SW0205" "SW0206" "SW0207" "SW0208"
    "SW0209" "SW0210" "SW0211" "SW0212" "SW0213" "SW0214" "SW0220" "SW0221" "SW0222" "SW0223" "SW0224"
    "SW0225" "SW0226"
    "SW0230" "SW0231" "SW0232" "SW0233" "SW0234" "SW0235" "SW0236" "SW0237"
    "SW0301" "SW0302" "SW0303" "SW0304" "SW0305" "SW0306" "SW0307" "SW0308" "SW0309"
    "SW0310" "SW0311" "SW0312" "SW0313" "SW0314" "SW0315"
    "SW0401" "SW0402" "SW0403" "SW0404" "SW0405" "SW0406"
};
