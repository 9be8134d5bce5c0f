//! Bounded lists: so many items, so many bytes, and then how many more there are.

use super::put;

/// What a section may take of the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    /// The most items.
    pub(super) items: usize,
    /// The most bytes.
    pub(super) bytes: usize,
}

/// Appends each item as a line of a list until the share is used up, then says how
/// many more there are, counting `beyond` that were never handed in. The lines of those
/// that are left out are not made.
pub(super) fn list<T>(
    page: &mut String,
    share: Share,
    items: impl IntoIterator<Item = T>,
    line: impl Fn(T) -> String,
    beyond: u64,
) {
    let start = page.len();
    let mut items = items.into_iter();
    let mut shown = 0;
    let mut more = beyond;
    for item in items.by_ref() {
        if shown == share.items {
            more += 1;
            break;
        }
        let line = line(item);
        if page.len() - start + line.len() + 3 > share.bytes {
            more += 1;
            break;
        }
        put(page, format_args!("- {line}\n"));
        shown += 1;
    }
    more += items.count() as u64;
    if more > 0 {
        let and = if shown > 0 { "and " } else { "" };
        put(page, format_args!("- … {and}{more} more\n"));
    }
    page.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: both limits hold, and what is left out is counted.
    #[test]
    fn limits() {
        let items = ["aaaa", "bbbb", "cccc"];
        for (items_max, bytes, beyond, shown) in [
            (9, 99, 0, "- aaaa\n- bbbb\n- cccc\n\n"),
            (9, 99, 4, "- aaaa\n- bbbb\n- cccc\n- … and 4 more\n\n"),
            (2, 99, 0, "- aaaa\n- bbbb\n- … and 1 more\n\n"),
            (9, 8, 1, "- aaaa\n- … and 3 more\n\n"),
            (0, 99, 0, "- … 3 more\n\n"),
        ] {
            let mut page = String::new();
            let share = Share {
                items: items_max,
                bytes,
            };
            list(&mut page, share, items, str::to_owned, beyond);
            assert_eq!(page, shown);
        }
    }
}
