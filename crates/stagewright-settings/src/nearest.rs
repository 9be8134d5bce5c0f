//! "Did you mean" for the names of settings.

/// The most letters that may differ between two names that are taken for each other.
const MAX_DISTANCE: usize = 4;

/// "`x` is unknown", with the nearest name there is.
pub(crate) fn unknown<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let nearest = known
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .min()
        .filter(|(distance, _)| *distance <= MAX_DISTANCE);
    match nearest {
        Some((_, known)) => format!("`{name}` is unknown, did you mean `{known}`?"),
        None => format!("`{name}` is unknown"),
    }
}
